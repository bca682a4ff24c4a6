using System.Diagnostics;
using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Critic;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Runs;
using RobotRL.Teleop;

namespace RobotRL.Cli.Tests;

/// <summary>Weights on their way from the disk to the loop: only a whole and sane set arrives, and what does not is said.</summary>
public sealed class CriticFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whole_set_is_read_and_answers_as_the_trainer_said()
    {
        CriticFolder.Write(_folder.Path, risk: 2, margin: -0.5f);
        var critic = CriticFile.Read(_folder.Path).Critic;
        Assert.Equal((12L, 0.3, 0.0, false), (critic.Version, critic.RiskThreshold, critic.FeasibilityThreshold, critic.HasRecovery));
        Assert.Equal(0.8808, critic.Query(new float[SafetyFeatures.Count]).Risk, 1e-4);
        Assert.Equal(-0.5f, critic.Query(new float[SafetyFeatures.Count]).Feasibility);
    }

    public static TheoryData<string, string> Spoilt => new()
    {
        { "cut short", "hash" },
        { "one bit flipped", "hash" },
        { "no weights", "Could not find file" },
        { "no manifest", "Could not find file" },
        { "manifest cut short", "not a critic's manifest" },
        { "other format", "format 2" },
        { "other features", "navigation-4" },
        { "threshold out of range", "risk_threshold" },
        { "not a number", "not finite" },
        { "other shape", "shape" },
        { "missing tensor", "feasibility2.w1 is missing" },
        { "canary differs", "canary batch" },
    };

    [Theory, MemberData(nameof(Spoilt))]
    public void Spoilt_set_is_refused_with_a_line_that_says_why(string how, string expected)
    {
        Spoil(how);
        var error = Assert.Throws<InvalidDataException>(() => CriticFile.Read(_folder.Path));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Watch_exchanges_weights_while_the_loop_runs_and_keeps_the_last_good_ones()
    {
        List<string> said = [];
        var cell = new CriticCell();
        using var watch = new CriticWatch(_folder.Path, online: true, cell, line => { lock (said) said.Add(line); });
        using var rig = new TinyRig(cell);
        Assert.Equal(CriticStatus.Absent, rig.Status());
        CriticFolder.Write(_folder.Path);
        Until(() => rig.Status() == CriticStatus.Ready);
        CriticFolder.Write(_folder.Path, manifest: m => m["sha256"] = new string('0', 64));
        Until(() => cell.Refused > 0);
        Assert.Equal((CriticStatus.Ready, 12L), (rig.Status(), rig.Version));
        lock (said) Assert.Contains("hash", Assert.Single(said), StringComparison.Ordinal);
        CriticFolder.Write(_folder.Path, manifest: m => m["version"] = 13);
        Until(() => rig.Status() == CriticStatus.Ready && rig.Version == 13);
    }

    /// <summary>Through the whole cell: a critic that finds everything risky ends the episode in a stop when it may act, and in shadow only says so.</summary>
    [Theory]
    [InlineData("on")]
    [InlineData("shadow")]
    public void Critic_of_the_configuration_reaches_the_loop(string mode)
    {
        CriticFolder.Write(_folder.Path, risk: 5);
        using var cell = new SimulatedCell(Reach(mode), Pace.Lockstep);
        using var runner = new EpisodeRunner(cell, new RobotRL.Teleop.AbsentOperator());
        List<ExecutedAction> executed = [];
        var summary = runner.Run(EpisodeKind.Evaluation, 3, new Push(), t => executed.Add(t.Action), TestContext.Current.CancellationToken);
        Assert.Equal(1, summary.Reflexes);
        if (mode == "shadow")
        {
            Assert.Equal((EpisodeOutcome.TimedOut, FaultCode.None), (summary.Outcome, summary.Fault.Code));
            Assert.All(executed, e => Assert.Equal(LimitFlags.None, e.Limits & LimitFlags.Critic));
            return;
        }
        Assert.Equal((EpisodeOutcome.SafetyStop, FaultCode.RecoveryExhausted), (summary.Outcome, summary.Fault.Code));
        Assert.All(executed, e => Assert.Equal(LimitFlags.Critic, e.Limits & LimitFlags.Critic));
        // Held from the first milliseconds on, the arm executed next to nothing of what was proposed.
        Assert.InRange(executed[1].Executed[0].Motion[0], -0.3f, 0.2f);
        Assert.Equal(0.5f, executed[1].Proposed[0].Motion[0]);
    }

    private RunConfiguration Reach(string mode) => RunConfiguration.Load(Path.Combine(RobotrlProcess.Root, Training.Reach),
    [
        ("task.max_steps", "12"), ("safety.mode", mode), ("safety.critic", _folder.Path), ("safety.trigger_ms", "3"), ("safety.hysteresis", "0.2"),
        ("safety.recovery", "{kind: analytic, path_s: 1, duration_s: 1, stiffness_share: 0.3}"), ("safety.hold_s", "0.5"), ("safety.max_age_s", "0"),
    ]);

    private void Spoil(string how)
    {
        var (weights, manifest) = (Path.Combine(_folder.Path, "critic.safetensors"), Path.Combine(_folder.Path, "critic.json"));
        CriticFolder.Write(_folder.Path,
            change: tensors =>
            {
                if (how == "not a number") tensors["risk2.b1"].Values[7] = float.NaN;
                if (how == "other shape") tensors["risk1.w0"] = ([256, 26], new float[256 * 26]);
                if (how == "missing tensor") tensors.Remove("feasibility2.w1");
                if (how == "canary differs") tensors["canary.feasibility"].Values[15] += 1e-3f;
            },
            manifest: m =>
            {
                if (how == "other format") m["format"] = 2;
                if (how == "other features") m["features"] = "navigation-4";
                if (how == "threshold out of range") m["risk_threshold"] = 1.0;
            });
        if (how == "cut short") File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^1000]);
        if (how == "one bit flipped")
        {
            var bytes = File.ReadAllBytes(weights);
            bytes[^5] ^= 1;
            File.WriteAllBytes(weights, bytes);
        }
        if (how == "no weights") File.Delete(weights);
        if (how == "no manifest") File.Delete(manifest);
        if (how == "manifest cut short") File.WriteAllText(manifest, File.ReadAllText(manifest)[..^20]);
    }

    private static void Until(Func<bool> holds)
    {
        for (var clock = Stopwatch.StartNew(); !holds(); Thread.Sleep(20))
            Assert.True(clock.Elapsed < RobotrlProcess.Patience, $"It did not come about within {RobotrlProcess.Patience}.");
    }

    /// <summary>Always along x.</summary>
    private sealed class Push : IDecider
    {
        public long Version => 0;

        public PolicyAction Decide(Observation observation)
        {
            PolicyAction action = default;
            action[0].Motion[0] = 0.5f;
            return action;
        }
    }

    /// <summary>A loop in virtual time on a loopback arm.</summary>
    private sealed class TinyRig : IDisposable
    {
        private readonly LoopbackRobot _robot;
        private readonly ControlSession _session;

        public TinyRig(CriticCell cell)
        {
            var configuration = RunConfiguration.Load(Path.Combine(RobotrlProcess.Root, Training.Reach));
            _robot = new(configuration.Robot);
            var safety = new SafetyLayerParameters
            {
                CriticFolder = null,
                Mode = CriticMode.On,
                RiskThreshold = null,
                FeasibilityThreshold = null,
                TriggerNs = 0,
                Hysteresis = 0,
                Recovery = new(RecoveryKind.Analytic, 1, 1, 1),
                HoldS = 1,
                MaxAgeS = 0,
            };
            var cycle = new ControlCycle(_robot, new LockstepPacer(_robot), configuration.Task.EndEffectorInFlange, 16,
                new CycleParts { Reflex = Reflex.Of(safety, configuration.Task, configuration.Robot, cell) });
            _session = new(cycle, configuration.Task);
        }

        public long Version => _session.Latest.Reflex.CriticVersion;

        public CriticStatus Status()
        {
            _session.Advance(1);
            return _session.Latest.Reflex.Critic;
        }

        public void Dispose() => _robot.Dispose();
    }
}

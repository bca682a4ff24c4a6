using System.Diagnostics;
using RobotRL.Episodes;
using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.SensorMsgs;

namespace RobotRL.Ros2.Tests;

/// <summary>Trainings as users start them, corrected over DDS by a pad whose driver runs in another process, or here.</summary>
public sealed class TeleoperationTests : IDisposable
{
    private const double PressForS = 1.5, RestForS = 1.5;

    /// <summary>A decision begins up to a period after the hand changed, and is made of a state a little older than that.</summary>
    private const double SlackS = 0.3;

    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-teleop-").FullName;
    private readonly List<(double FromS, double ToS)> _presses = [];
    private double _pressedAtS;

    //  pad      ░░░░░░█████░░░░░█████░░░░░██ killed
    //  steps    pppppphhhhhppppphhhhhppppphhpppp
    [Fact]
    public void Cell_behind_ROS_2_is_corrected_where_the_deadman_is_held_and_not_elsewhere()
    {
        var domain = Domains.Next();
        using var robot = OtherProcess.SimNode("reach", domain);
        using var training = Train(["--cell", "ros2", "--set", $"ros2.domain={domain}", "--set", "teleop.network=cell", "--set", "teleop.clock=own"], 100);
        training.Await("learning");
        using var ears = Ros2Node.Open(new() { NodeName = "/test/ears", Domain = domain });
        using var heard = ears.Subscribe<Joy>("/joy", Qos.Default, (joy, _) => Hear(joy.Buttons[PlayedPad.Deadman] == 1));
        using PadFile file = new(seconds: 120, RestForS, PressForS);
        string[] words = ["raw", "Joy", "/joy", "--file", file.Path, "--rate", $"{PadFile.Rate}", "--node", "/joy_node", "--wait", "2"];
        using (var peer = OtherProcess.Peer(domain, words))
        {
            training.Await("the device is there");
            AwaitSteps(training, 20);
            // In the midst of a press that has been driven for a while.
            for (var (seen, since) = (0, 0); ; Thread.Sleep(10))
            {
                var isHeld = _pressedAtS > 0;
                if (!isHeld) (seen, since) = (0, 0);
                else if (since == 0) since = Stored;
                else if ((seen = Stored - since) >= 4) break;
            }
            peer.Kill();
            Hear(isHeld: false);
        }
        training.Await("the device is lost while it drove, and the hand is neutral");
        Assert.True(training.ExitCode == 0, string.Join('\n', training.Lines));
        RequireHumanWherePressed();
        // The rest of the episode is the policy's, and kept.
        var killedAtS = _presses[^1].ToS;
        Assert.Contains(Steps(), step => step.IsHuman && step.AtS > killedAtS - 0.5);
        Assert.Contains(Steps(), step => !step.IsHuman && step.AtS > killedAtS + SlackS);
        Assert.All(Episodes(), episode => Assert.Equal(("anna", "operator"), (episode.Info.Operator, episode.Info.OperatorRole)));
    }

    /// <summary>The simulation of this machine, in a process of ours, and a pad's driver whose presses are known to the moment.</summary>
    [Fact]
    public void Simulated_cell_is_corrected_by_an_operator_over_ROS_2()
    {
        var domain = Domains.Next();
        using var training = Train(["--set", $"teleop.network.domain={domain}"], 100);
        training.Await("learning");
        using (PlayedPad pad = new(domain))
        {
            training.Await("the device is there");
            while (Episodes().Count == 0)
            {
                pad.Set(0);
                Thread.Sleep(TimeSpan.FromSeconds(RestForS));
                Hear(isHeld: true);
                pad.Set(0.9f, PlayedPad.Deadman);
                Thread.Sleep(TimeSpan.FromSeconds(PressForS));
                Hear(isHeld: false);
            }
            pad.Set(0);
        }
        Assert.True(training.ExitCode == 0, string.Join('\n', training.Lines));
        RequireHumanWherePressed();
    }

    //  pad      ░░░░░░█████ silent
    //  steps    pppppphhhhhS      the stop is the operator's to clear
    [Fact]
    public void Pad_that_falls_silent_while_it_drives_stops_the_robot_until_its_operator_clears_that()
    {
        var domain = Domains.Next();
        using var training = Train(["--set", $"teleop.network.domain={domain}", "--set", "teleop.when_lost=stop"], 110);
        training.Await("learning");
        using PlayedPad pad = new(domain);
        training.Await("the device is there");
        AwaitSteps(training, 3);
        pad.Set(0.9f, PlayedPad.Deadman);
        Thread.Sleep(500);
        pad.IsSilent = true;
        training.Await("STOPPED");
        training.Await("the device is lost while it drove, and the robot stops");
        pad.IsSilent = false;
        pad.Set(0);
        // Seen at rest, then cleared.
        Thread.Sleep(1000);
        pad.Set(0, PlayedPad.Clear);
        Thread.Sleep(200);
        pad.Set(0);
        Assert.True(training.ExitCode == 0, string.Join('\n', training.Lines));
        Assert.Contains(Episodes().SkipLast(1), episode => episode.Outcome == EpisodeOutcome.SafetyStop);
        Assert.NotEqual(EpisodeOutcome.SafetyStop, Episodes()[^1].Outcome);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The pad's deadman, as it is now.</summary>
    private void Hear(bool isHeld)
    {
        lock (_presses)
        {
            if (isHeld && _pressedAtS == 0) _pressedAtS = NowS;
            if (isHeld || _pressedAtS == 0) return;
            _presses.Add((_pressedAtS, NowS));
            _pressedAtS = 0;
        }
    }

    private void RequireHumanWherePressed()
    {
        var steps = Steps();
        Assert.Contains(steps, step => !step.IsHuman);
        foreach (var step in steps.Where(step => step.IsHuman))
        {
            Assert.True(step.Action > 0.5, $"It is not the pad's: {step}");
            Assert.True(_presses.Any(press => step.AtS > press.FromS && step.AtS < press.ToS + SlackS), $"A human drove where no deadman was held: {step}");
        }
        var driven = 0;
        foreach (var episode in Episodes())
        {
            var (begin, end) = (AtS(episode, episode.Steps[0]), AtS(episode, episode.Steps[^1]));
            foreach (var (from, to) in _presses.Where(press => press.FromS > begin + SlackS && press.ToS < end))
            {
                driven++;
                // From the first whole decision to the last.
                var within = steps.Where(step => step.AtS > from + SlackS && step.AtS < to - SlackS).ToList();
                Assert.All(within, step => Assert.True(step.IsHuman, $"The deadman was held, and a human did not drive: {step}"));
            }
        }
        Assert.True(driven > 0, "No press lay within an episode.");
    }

    private static double NowS => WallClock.NowNs * 1e-9;

    private string Run => Path.Combine(_folder, "run");

    /// <summary>Gets a line for each step that is stored.</summary>
    private string Receipts => Path.Combine(_folder, "receipts");

    /// <summary>Online episodes from the start, with the patience of a machine that others keep busy.</summary>
    private OtherProcess Train(string[] more, int steps)
    {
        string[] values =
        [
            "operator.demonstrations=0", "learner.demonstration_share=0", "learner.batch_size=16", "learner.hidden_sizes=[32]", "learner.start_after=1000", "task.max_steps=100",
            "robot.limits.heartbeat_max_age_ms=2000", "robot.limits.target_max_age_ms=5000", "robot.limits.loop_max_late_ms=1000",
            "teleop.when_lost=hand_back",
        ];
        return OtherProcess.Robotrl(["train", OtherProcess.TaskFile("reach"), "--run", Run, "--env-steps", $"{steps}", "--pace", "realtime",
            "--operator", "ros2", "--operator-id", "anna", "--teleop", "gamepad", "--receipts", Receipts, .. values.SelectMany(value => (string[])["--set", value]), .. more]);
    }

    /// <summary>Steps that are on the disk.</summary>
    private int Stored => File.Exists(Receipts) ? File.ReadLines(Receipts).Count() : 0;

    private void AwaitSteps(OtherProcess training, int count)
    {
        for (var waited = Stopwatch.StartNew(); Stored < count; Thread.Sleep(20))
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(1), $"No steps came: {string.Join('\n', training.Lines)}");
    }

    private List<Episode> Episodes() => !Directory.Exists(Path.Combine(Run, "episodes")) ? []
        : [.. Directory.GetFiles(Path.Combine(Run, "episodes"), "*.mcap").Order(StringComparer.Ordinal).Select(EpisodeReader.Read)];

    private List<Step> Steps() =>
        [.. Episodes().SelectMany(episode => episode.Steps.Select(step =>
            new Step(AtS(episode, step), step.Transition.IsIntervention, step.Transition.Action.Proposed[0].Motion[0])))];

    private static double AtS(Episode episode, EpisodeStep step) => (step.Transition.Observation.Time.Ns + episode.Info.WallClockOffsetNs) * 1e-9;

    /// <summary>A decision: when it was made, by the time of day, by whom, and what was asked for along x.</summary>
    private sealed record Step(double AtS, bool IsHuman, float Action);
}

using System.Diagnostics;
using RobotRL.Episodes;
using RobotRL.Ros2.Nodes;

namespace RobotRL.Ros2.Tests;

/// <summary>A decision: when it was made, by the time of day, by whom, and what was asked for along x.</summary>
internal sealed record DecidedStep(double AtS, bool IsHuman, float Action);

/// <summary>A training with online episodes from its start, the presses of the pad that corrects it, and what is on disk of both.</summary>
internal sealed class CorrectedTraining : IDisposable
{
    /// <summary>A decision begins up to a period after the hand changed, and is made of a state a little older than that.</summary>
    public const double SlackS = 0.3;

    private const int Tries = 6;

    /// <summary>What a machine that others keep busy comes to: a robot that is stopped for it, rightly, or a pad whose messages come late.</summary>
    private static readonly string[] Late = ["HeartbeatLost", "LoopLate", "StaleTarget", "StaleState", "the device is lost: its newest"];

    private readonly string _folder = Directory.CreateTempSubdirectory("robotrl-teleop-").FullName;
    private readonly List<(double FromS, double ToS)> _presses = [];
    private OtherProcess? _training;
    private double _pressedAtS;

    public int Domain { get; } = Domains.Next();

    /// <summary>Of the deadman, by the time of day.</summary>
    public IReadOnlyList<(double FromS, double ToS)> Presses
    {
        get
        {
            lock (_presses) return [.. _presses];
        }
    }

    public bool IsPressed => Volatile.Read(ref _pressedAtS) > 0;

    /// <summary>Steps that are on the disk.</summary>
    public int Stored => File.Exists(Receipts) ? File.ReadLines(Receipts).Count() : 0;

    public List<Episode> Episodes =>
        [.. Directory.GetFiles(Path.Combine(Run, "episodes"), "*.mcap").Order(StringComparer.Ordinal).Select(EpisodeReader.Read)];

    public List<DecidedStep> Steps =>
        [.. Episodes.SelectMany(episode => episode.Steps.Select(step =>
            new DecidedStep(AtS(episode, step), step.Transition.IsIntervention, step.Transition.Action.Proposed[0].Motion[0])))];

    private string Run => Path.Combine(_folder, "run");

    private string Receipts => Path.Combine(_folder, "receipts");

    private static double NowS => WallClock.NowNs * 1e-9;

    /// <summary>Does a scenario, and does it anew where the machine kept the processes from it.</summary>
    public static void Try(Action<CorrectedTraining> scenario)
    {
        for (var again = Tries; ; again--)
        {
            using CorrectedTraining run = new();
            try
            {
                scenario(run);
                return;
            }
            catch (Exception) when (again > 0 && run.WasLate)
            {
                Thread.Sleep(TimeSpan.FromSeconds(5));
            }
        }
    }

    private bool WasLate => _training?.Lines.Any(line => Late.Any(word => line.Contains(word, StringComparison.Ordinal))) == true;

    /// <summary>Starts it, with the patience of a machine that others keep busy.</summary>
    public void Start(int steps, string value, params string[] more) =>
        Start(["train", "--env-steps", $"{steps}", "--pace", "realtime", "--receipts", Receipts, "--set", value, .. more]);

    /// <summary>Starts a recording of demonstrations.</summary>
    public void Record(int episodes, params string[] more) => Start(["record", "--episodes", $"{episodes}", .. more]);

    private void Start(string[] words)
    {
        string[] values =
        [
            "operator.demonstrations=0", "learner.demonstration_share=0", "learner.batch_size=16", "learner.hidden_sizes=[32]", "learner.start_after=1000",
            "task.max_steps=100", "robot.limits.heartbeat_max_age_ms=2000", "robot.limits.target_max_age_ms=5000", "robot.limits.loop_max_late_ms=1000",
            // Stamps of a file begin when it was written.
            "teleop.clock=own",
        ];
        string[] person = ["--operator", "ros2", "--operator-id", "anna", "--teleop", "gamepad"];
        _training = OtherProcess.Robotrl([words[0], OtherProcess.TaskFile("reach"), "--run", Run, .. person,
            .. values.SelectMany(pair => (string[])["--set", pair]), .. words[1..]]);
    }

    public void Await(string text) => Await(() => _training!.Lines.Any(line => line.Contains(text, StringComparison.Ordinal)), text);

    public void Await(Func<bool> holds, string what = "it")
    {
        for (var waited = Stopwatch.StartNew(); !holds(); Thread.Sleep(10))
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60) && !WasLate && !_training!.HasExited, $"'{what}' did not come; {Told}");
    }

    /// <summary>It ends as it should.</summary>
    public void RequireDone() => Assert.True(_training!.ExitCode() == 0, Told);

    /// <summary>The pad's deadman, as it is now.</summary>
    public void Hear(bool isHeld)
    {
        lock (_presses)
        {
            if (isHeld && _pressedAtS == 0) _pressedAtS = NowS;
            if (isHeld || _pressedAtS == 0) return;
            _presses.Add((_pressedAtS, NowS));
            _pressedAtS = 0;
        }
    }

    /// <summary>A human drove where the deadman was held, and nowhere else.</summary>
    public void RequireHumanWherePressed()
    {
        var (steps, presses, driven) = (Steps, Presses, 0);
        Assert.Contains(steps, step => !step.IsHuman);
        foreach (var step in steps.Where(step => step.IsHuman))
        {
            Assert.True(step.Action > 0.5, $"It is not the pad's: {step}");
            var wasHeld = presses.Any(press => step.AtS > press.FromS && step.AtS < press.ToS + SlackS);
            Assert.True(wasHeld, $"A human drove where no deadman was held: {step}; {Told}");
        }
        foreach (var episode in Episodes)
        {
            var (begin, end) = (AtS(episode, episode.Steps[0]), AtS(episode, episode.Steps[^1]));
            foreach (var (from, to) in presses.Where(press => press.FromS > begin + SlackS && press.ToS < end))
            {
                driven++;
                // From the first whole decision to the last.
                var within = steps.Where(step => step.AtS > from + SlackS && step.AtS < to - SlackS).ToList();
                Assert.All(within, step => Assert.True(step.IsHuman, $"The deadman was held, and no human drove: {step}; {Told}"));
            }
        }
        Assert.True(driven > 0, $"No press lay within an episode; {Told}");
    }

    public void Dispose()
    {
        _training?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Told => string.Join('\n', _training?.Lines ?? []);

    private static double AtS(Episode episode, EpisodeStep step) => (step.Transition.Observation.Time.Ns + episode.Info.WallClockOffsetNs) * 1e-9;
}

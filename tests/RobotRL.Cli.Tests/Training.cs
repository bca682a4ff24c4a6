namespace RobotRL.Cli.Tests;

/// <summary>Small trainings: seconds each.</summary>
internal static class Training
{
    public const string Reach = "robot-configs/sim/reach.yaml", PegInsert = "robot-configs/sim/peg-insert.yaml";

    /// <summary>In real time a busy machine keeps a process waiting for longer than a quarter of a second, and that is no reason for a stop here.</summary>
    public static readonly string[] Patience =
    [
        "--set", "robot.limits.heartbeat_max_age_ms=2000", "--set", "robot.limits.target_max_age_ms=5000", "--set", "robot.limits.loop_max_late_ms=1000",
    ];

    /// <summary>Reach with small networks and batches, learning early, with <see cref="Patience"/>.</summary>
    public static string[] Small(string run, int envSteps, params string[] more) =>
    [
        "train", Reach, "--run", run, "--env-steps", $"{envSteps}", "--json",
        "--set", "learner.batch_size=16", "--set", "learner.hidden_sizes=[32]", "--set", "operator.demonstrations=3",
        "--set", "learner.start_after=40", "--set", "learner.checkpoint_every=30", "--set", "learner.publish_every=10",
        .. Patience, .. more,
    ];

    /// <summary>Peg insertion with its two cameras, as small as it goes.</summary>
    public static string[] SmallWithImages(string run, int envSteps, params string[] more) =>
    [
        "train", PegInsert, "--run", run, "--env-steps", $"{envSteps}", "--json",
        "--set", "learner.batch_size=16", "--set", "learner.hidden_sizes=[32]", "--set", "learner.encoder_channels=[8, 8, 8]",
        "--set", "operator.demonstrations=2", "--set", "learner.start_after=40", "--set", "learner.publish_every=10", .. more,
    ];
}

using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.LeRobot.Tests;

/// <summary>Episodes that differ in every value.</summary>
internal static class Recorded
{
    public static readonly DatasetDescription Description = new(
        ActionLayout.Of(new([0, 1, 2, 5], 0.01, 0.1, HasGripper: true) { StiffnessMinShare = 0.25 }),
        Observed(new("wrist", ImageShape.Square(8)), new("side", new(6, 4, ImageShape.Rgb)), new("top", new(5, 3, ImageShape.Gray))), 10, "panda", "PegInsert");

    public static Episode Episode(int index, int steps, ulong seed, EpisodeOutcome outcome)
    {
        var random = new RandomStream(seed);
        var info = new EpisodeInfo
        {
            Index = index,
            Kind = EpisodeKind.Online,
            Seed = seed,
            Task = "test",
            ConfigHash = "",
            Cameras = ["wrist", "side", "top"],
            WallClockOffsetNs = 0,
        };
        List<EpisodeStep> all = [];
        var observation = Observation(random, 0);
        for (var i = 0; i < steps; i++)
        {
            var (next, last) = (Observation(random, i + 1), i == steps - 1);
            var action = new ExecutedAction
            {
                Source = (ActionSource)random.Next(4),
                Limits = (LimitFlags)(uint)random.Next(),
                Policy = Action(random),
                Proposed = Action(random),
                Executed = Action(random),
            };
            all.Add(new(new Transition(observation, action, last && outcome == EpisodeOutcome.Success ? 1 : 0, next,
                Terminated: last && outcome is EpisodeOutcome.Success or EpisodeOutcome.SafetyStop,
                Truncated: last && outcome == EpisodeOutcome.TimedOut), (long)random.Next() >> 20));
            observation = next;
        }
        return new(info, outcome, all);
    }

    private static PolicyAction Action(RandomStream random)
    {
        var values = new float[Description.Actions.Dimensions];
        for (var i = 0; i < values.Length; i++) values[i] = Number(random);
        return Description.Actions.Unpack(values, random.Next(3));
    }

    private static Observation Observation(RandomStream random, int step)
    {
        var proprioception = new float[StandardSize.Proprioception];
        for (var i = 0; i < proprioception.Length; i++) proprioception[i] = Number(random);
        return new(new Stamp(step * 100_000_000L + random.Next(1000)), proprioception, [.. Description.Cameras.Select(c => Image(random, step, c.Shape))]);
    }

    private static PolicyImage Image(RandomStream random, int step, ImageShape shape)
    {
        var pixels = new byte[shape.Bytes];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)random.Next();
        return new(new Stamp(step * 100_000_000L - random.Next(1000)), shape, pixels);
    }

    private static float Number(RandomStream random) => (random.Next(1 << 24) - (1 << 23)) / (float)(1 << 23);

    /// <summary>The standard parts of one arm, with images.</summary>
    public static ObservationLayout Observed(params ImageBlock[] images) => new([("", Joints.Max)], ObservationLayout.Standard, images);
}

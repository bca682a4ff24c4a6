using RobotRL.Episodes;
using RobotRL.Model;

namespace RobotRL.Replay.Tests;

/// <summary>Observations that carry a number in every part of them, so that a frame in the wrong place gives itself away.</summary>
internal static class Marked
{
    public const int Side = 4;
    public static readonly FrameLayout Layout = new(StandardSize.Proprioception, [ImageShape.Square(Side), new(3 * Side, 2 * Side, ImageShape.Gray)]);
    public static readonly ActionLayout Actions = ActionLayout.Of(new([0, 2, 5], 0.01, 0.1, HasGripper: true));

    public static Observation Observation(int mark)
    {
        var proprioception = new float[StandardSize.Proprioception];
        Array.Fill(proprioception, mark);
        return new Observation(new Stamp(mark), proprioception, [Image(mark, 0), Image(mark + 1, 1)]);
    }

    public static ExecutedAction Action(int mark, ActionSource source = ActionSource.Policy, GripperCommand gripper = GripperCommand.Stay)
    {
        var action = new ExecutedAction { Source = source };
        for (var i = 0; i < ActionSpace.Axes; i++)
        {
            action.Policy[0].Motion[i] = -1;
            action.Proposed[0].Motion[i] = 1;
            action.Executed[0].Motion[i] = mark + 0.125f * i;
        }
        action.Executed[0].Gripper = gripper;
        return action;
    }

    /// <summary>
    /// An episode whose observations are marked <paramref name="first"/>, first + 1, …: one step a letter,
    /// <c>p</c> where the policy drives and <c>h</c> where a human does. The last step is truncated or terminated.
    /// </summary>
    public static List<Transition> Episode(int first, string drivers, bool terminated = false)
    {
        var steps = new List<Transition>();
        var observation = Observation(first);
        for (var i = 0; i < drivers.Length; i++)
        {
            var next = Observation(first + i + 1);
            var last = i == drivers.Length - 1;
            var source = drivers[i] == 'h' ? ActionSource.Human : ActionSource.Policy;
            steps.Add(new Transition(observation, Action(first + i, source), first + i, next, last && terminated, last && !terminated));
            observation = next;
        }
        return steps;
    }

    public static void AddAll(this ReplayBuffer buffer, EpisodeKind kind, IEnumerable<Transition> steps)
    {
        foreach (var step in steps) buffer.Add(kind, step);
    }

    /// <summary>The mark of one row's observation, after a check that all its parts carry it.</summary>
    public static int MarkOf(Batch batch, int row, bool next)
    {
        var size = StandardSize.Proprioception;
        var proprioception = (next ? batch.NextProprioception : batch.Proprioception).AsSpan(row * size, size);
        var mark = (int)proprioception[0];
        Assert.Equal(-1, proprioception.IndexOfAnyExcept(proprioception[0]));
        for (var camera = 0; camera < batch.ImageShapes.Count; camera++)
        {
            var bytes = batch.ImageShapes[camera].Bytes;
            var image = (next ? batch.NextImages : batch.Images)[camera].AsSpan(row * bytes, bytes);
            Assert.Equal(-1, image.IndexOfAnyExcept(unchecked((byte)(mark + camera))));
        }
        return mark;
    }

    /// <summary>Draws until every transition has surely been seen, and gives mark → mark of the next observation.</summary>
    public static SortedDictionary<int, int> Pairs(ReplayBuffer buffer, double demonstrationShare)
    {
        var source = new MixedSource(buffer, demonstrationShare, new RandomStream(1));
        var batch = new Batch(512, StandardSize.Proprioception, Actions.Dimensions, Layout.ImageShapes);
        var pairs = new SortedDictionary<int, int>();
        for (var i = 0; i < 4; i++)
        {
            source.Sample(batch);
            for (var row = 0; row < batch.Size; row++)
            {
                var (mark, next) = (MarkOf(batch, row, false), MarkOf(batch, row, true));
                Assert.Equal(mark, batch.Rewards[row]);
                Assert.Equal(mark, batch.Actions[row * 3]);
                Assert.True(pairs.TryAdd(mark, next) || pairs[mark] == next, $"{mark} was followed by {pairs[mark]} and by {next}");
            }
        }
        return pairs;
    }

    private static PolicyImage Image(int mark, int camera)
    {
        var pixels = new byte[Layout.ImageBytes(camera)];
        Array.Fill(pixels, unchecked((byte)mark));
        return new PolicyImage(new Stamp(mark - 1), Layout.ImageShapes[camera], pixels);
    }
}

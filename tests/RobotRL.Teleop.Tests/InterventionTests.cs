using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RobotRL.Model;
using RobotRL.Tasks;

namespace RobotRL.Teleop.Tests;

/// <summary>When the scripted operator takes over and hands back. Decisions every 0.1 s; it sees everything 0.3 s late.</summary>
public sealed class InterventionTests
{
    private static readonly ActionSpace Actions = new([0, 1, 2], 0.03, 0.08, false);

    //  t      0.0 ─────────────── 1.5 ── 1.9 ────────── 2.4 ─────
    //  prog   0.2 (flat)                 jumps to 0.3 at 2.0
    //  sees                              (2.0 is seen at 2.3)
    //  drives ░░░░░░░░░░░░░░░░░░░ ████████████████      ░░░░
    //         mark at 0.0, stall 1.5 s   seen 2.3 ≥ hold → back
    [Fact]
    public void Takes_over_after_a_stall_and_hands_back_after_progress()
    {
        var drives = Drive(0, 3.0, t => t < 2.0 ? 0.2 : 0.3);
        Assert.Equal([15, 16, 17, 18, 19, 20, 21, 22], drives);
    }

    //  prog   rises 0.02 a decision: a step of 0.05 every 0.3 s, never a stall
    [Fact]
    public void Leaves_a_policy_alone_that_makes_progress() => Assert.Empty(Drive(0, 4.0, t => 0.2 * t));

    //  t      0.0 ──── 0.5 ──────
    //  force  0        40 N (once)
    //  drives ░░░░░░░░░░░░░░░░░░░   an impact is over before a hand can answer it
    [Fact]
    public void Leaves_an_impact_alone() => Assert.Empty(Drive(0, 2.0, t => 0.3 * t, t => Math.Abs(t - 0.5) < 0.01 ? 40 : 0));

    //  t      0.0 ──── 0.5 0.6 ──── 0.9 ──────────── 1.4
    //  force  0        40 N 40 N
    //  sees                     40 N (twice)
    //  drives ░░░░░░░░░░░░░░░░░░░░░ ████████████████ ░░   progress is made at once, yet it holds 0.5 s
    [Fact]
    public void Takes_over_on_force_and_holds_a_minimum_time()
    {
        var drives = Drive(0, 2.0, t => 0.3 * t, t => t is > 0.45 and < 0.65 ? 40 : 0);
        Assert.Equal([9, 10, 11, 12, 13], drives);
    }

    //  t      0.0 ──── 0.2 ── 0.6 ────────────────────── 2.0 ── 2.3
    //  force  0        40 N ──────────────────────────── 0
    //  drives ░░░░░░░░░░░░░░░ ██████████████████████████████████ ░░   progress alone does not end it
    [Fact]
    public void Holds_on_while_the_force_lasts()
    {
        var drives = Drive(0, 3.0, t => 0.3 * t, t => t > 0.15 && t < 1.95 ? 40 : 0);
        Assert.Equal(Enumerable.Range(6, 17), drives);
    }

    //  reaction 0, the same stall: driven from 1.5 s, seen at once
    [Fact]
    public void Reaction_time_delays_what_is_seen()
    {
        var quick = Drive(0, 3.0, t => t < 2.0 ? 0.2 : 0.3, human: ScriptedOperatorSkillTests.Human with { ReactionTimeS = 0 });
        Assert.Equal([15, 16, 17, 18, 19], quick);
    }

    [Fact]
    public void Only_watches_an_evaluation()
    {
        var person = new ScriptedOperator([new ReachExpert(Actions)], ActionLayout.Of(Actions), ScriptedOperatorSkillTests.Human, 1);
        person.BeginEpisode(EpisodeKind.Evaluation);
        for (var i = 0; i < 50; i++) Assert.Equal(OperatorCommand.Watching, person.Poll(new(At(0.1 * i), CellTruth.Of(new TaskTruth { ContactForceN = 100 }))));
    }

    [Fact]
    public void Hand_leaves_stiffness_and_damping_as_configured()
    {
        var space = Actions with { StiffnessMinShare = 0.2, DampingMinShare = 0.7 };
        Assert.All(Episodes(new([new ReachExpert(space)], ActionLayout.Of(space), ScriptedOperatorSkillTests.Human, 7), 2, out _),
            a => Assert.Equal((1f, 1f), (a[0].Stiffness, a[0].Damping)));
        Assert.All(Episodes(new([new ReachExpert(Actions)], ActionLayout.Of(Actions), ScriptedOperatorSkillTests.Human, 7), 2, out _),
            a => Assert.Equal((0f, 0f), (a[0].Stiffness, a[0].Damping)));
    }

    [Fact]
    public void Same_seed_gives_the_same_hand_and_a_restored_one_goes_on()
    {
        var first = Episodes(new([new ReachExpert(Actions)], ActionLayout.Of(Actions), ScriptedOperatorSkillTests.Human, 7), 4, out _);
        Assert.Equal(first, Episodes(new([new ReachExpert(Actions)], ActionLayout.Of(Actions), ScriptedOperatorSkillTests.Human, 7), 4, out _));
        Assert.NotEqual(first, Episodes(new([new ReachExpert(Actions)], ActionLayout.Of(Actions), ScriptedOperatorSkillTests.Human, 8), 4, out _));

        Episodes(new([new ReachExpert(Actions)], ActionLayout.Of(Actions), ScriptedOperatorSkillTests.Human, 7), 2, out var saved);
        var restored = new ScriptedOperator([new ReachExpert(Actions)], ActionLayout.Of(Actions), ScriptedOperatorSkillTests.Human, 99) { State = saved };
        Assert.Equal(first[(first.Count / 2)..], Episodes(restored, 2, out _));
    }

    /// <summary>Recorded runs replay by these numbers.</summary>
    [Fact]
    public void Hand_noise_of_a_seed_stays_what_it_was()
    {
        HandNoise noise = new(0.2, 11, arms: 1);
        var (space, motion, shaken) = (new ActionSpace([0, 1, 2, 5], 0.01, 0.1, false), new ArmAction(), new List<float>());
        (motion.Motion[0], motion.Motion[2]) = (0.5f, -0.8f);
        noise.BeginEpisode(Stamp.Zero);
        for (var i = 1; i <= 1000; i++)
        {
            var action = noise.Shake(PolicyAction.Of(motion), ActionLayout.Of(space), new Stamp(i * 100_000_000L))[0];
            foreach (var axis in space.ActiveAxes) shaken.Add(action.Motion[axis]);
        }
        Assert.Equal([0.51464134f, -0.037000112f, -0.9581279f, -0.021655558f], shaken[..4]);
        Assert.Equal("f9273d5847065deb", Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(shaken))))[..16]);
        Assert.Equal(15205150564258556263, noise.State);
    }

    [Fact]
    public void Hand_noise_has_its_size_and_its_memory()
    {
        var noise = new HandNoise(0.2, 3, arms: 1);
        noise.BeginEpisode(Stamp.Zero);
        var full = new ArmAction();
        full.Motion[0] = 0.5f; // 0.2 of it: 0.1 along x
        var xs = new List<double>();
        var ys = new List<double>();
        for (var i = 1; i <= 20_000; i++)
        {
            var shaken = noise.Shake(PolicyAction.Of(full), ActionLayout.Of(Actions), Stamp.FromSeconds(0.1 * i))[0].Motion;
            xs.Add(shaken[0] - 0.5);
            ys.Add(shaken[1]);
        }
        var deviation = Math.Sqrt(xs.Average(x => x * x));
        Assert.InRange(deviation, 0.09, 0.11);
        Assert.InRange(Math.Sqrt(ys.Average(y => y * y)), 0.027, 0.033); // across the motion 0.3 of that
        Assert.InRange(xs.Zip(xs.Skip(5), (a, b) => a * b).Average() / (deviation * deviation), 0.27, 0.47); // e^-1 after 0.5 s
        Assert.InRange(Math.Abs(xs.Average()), 0, 0.01);
    }

    private static List<PolicyAction> Episodes(ScriptedOperator person, int count, out ScriptedOperatorState state)
    {
        var actions = new List<PolicyAction>();
        for (var episode = 0; episode < count; episode++)
        {
            person.BeginEpisode(EpisodeKind.Demonstration);
            for (var i = 0; i < 20; i++)
            {
                var truth = new TaskTruth { EndEffectorInBase = Pose.Identity, GoalInBase = new(new(1, 1, 0), Rotation.Identity) };
                actions.Add(person.Poll(new(At(10 * episode + 0.1 * i), CellTruth.Of(truth))).Action);
            }
        }
        state = person.State;
        return actions;
    }

    /// <summary>The decisions (index in 0.1 s) at which the operator drives.</summary>
    private static List<int> Drive(double from, double to, Func<double, double> progress, Func<double, double>? forceN = null, OperatorParameters? human = null)
    {
        var person = new ScriptedOperator([new ReachExpert(Actions)], ActionLayout.Of(Actions), human ?? ScriptedOperatorSkillTests.Human, 1);
        person.BeginEpisode(EpisodeKind.Online);
        var drives = new List<int>();
        for (var i = (int)(from * 10); i < to * 10; i++)
        {
            var t = 0.1 * i;
            var truth = new TaskTruth
            {
                EndEffectorInBase = Pose.Identity,
                GoalInBase = Pose.Identity,
                Progress = progress(t),
                ContactForceN = forceN?.Invoke(t) ?? 0,
            };
            if (person.Poll(new(At(t), CellTruth.Of(truth))).IsEngaged) drives.Add(i);
        }
        return drives;
    }

    private static Stamp At(double seconds) => Stamp.FromSeconds(5 + seconds);
}

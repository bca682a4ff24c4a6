using CsCheck;
using RobotRL.Model;
using RobotRL.Tasks;

namespace RobotRL.Teleop.Tests;

/// <summary>The scripted operator does its tasks, slow eyes and unsteady hand included.</summary>
public sealed class ScriptedOperatorSkillTests
{
    internal static readonly OperatorParameters Human = new()
    {
        ActionNoise = 0.2,
        ReactionTimeS = 0.3,
        MinimumHoldS = 0.5,
        StallTimeS = 1.5,
        StallProgress = 0.05,
        HandBackProgress = 0.05,
        ForceN = 30,
        Demonstrations = 20,
    };

    private static readonly Gen<double> Unit = Gen.Double[-1, 1];

    [Fact]
    public void Reaches_every_target() => Gen.Select(Unit, Unit, Unit, Gen.ULong).Sample((x, y, z, seed) =>
        Demonstrate(new ToyReach(new(0.5, 0, 0.2), new(0.5 + 0.1 * x, 0.1 * y, 0.2 + 0.1 * z)), seed) <= 30, iter: 300);

    [Fact]
    public void Inserts_from_every_start()
    {
        // Unlucky hands exist: what is asked is that nearly all demonstrations succeed within an episode, and that steady ones all do.
        Assert.InRange(Successes(Human, 60), 190, 200);
        Assert.Equal(200, Successes(Human with { ActionNoise = 0 }, 45));

        static int Successes(OperatorParameters human, int steps) => Enumerable.Range(0, 200).Count(i => Demonstrate(Peg(i), (ulong)i, human) <= steps);
    }

    [Fact]
    public void Stays_above_the_rim_until_aligned()
    {
        for (var i = 0; i < 200; i++)
        {
            var world = Peg(i);
            var expert = new PegInsertExpert(world.Actions);
            for (var step = 0; step < 60 && !world.Truth.Success; step++)
            {
                world.Do(expert.Act(world.Truth));
                Assert.True(world.LateralM < 0.003 || world.DepthM < -0.005,
                    $"start {i}, step {step}: {world.LateralM} m beside the hole at depth {world.DepthM} m");
            }
            Assert.True(world.Truth.Success);
            Assert.False(world.TouchedRim);
        }
    }

    [Fact]
    public void Lifts_off_from_the_rim_before_moving_sideways()
    {
        var world = new ToyPeg(new(0.51, 0, 0.0301), 0, new(0.5, 0, 0.03), 0);
        var action = new PegInsertExpert(world.Actions).Act(world.Truth);
        Assert.True(action.Motion[2] < -0.1, "up is against the tool's z");
        Assert.True(Math.Abs(action.Motion[0]) < Math.Abs(action.Motion[2]));
    }

    [Fact]
    public void Eases_off_under_force()
    {
        var world = new ToyPeg(new(0.5, 0, 0.03), 0, new(0.5, 0, 0.03), 0);
        Assert.True(Down(0) > 0 && Down(15) is > 0 and < 0.3f && Down(40) < 0);

        float Down(double forceN) => new PegInsertExpert(world.Actions).Act(world.Truth with { ContactForceN = forceN }).Motion[2];
    }

    [Fact]
    public void Lifts_the_cube_from_everywhere() => Gen.Select(Unit, Unit, Gen.ULong).Sample((x, y, seed) =>
    {
        var world = new ToyPick(new(0.5, 0, 0.18), new(0.5 + 0.1 * x, 0.1 * y, 0.02));
        return Demonstrate(world, seed) <= 50 && world.GripperChanges == 1;
    }, iter: 300);

    [Fact]
    public void Tries_again_after_dropping_the_cube()
    {
        var world = new ToyPick(new(0.5, 0, 0.18), new(0.55, -0.05, 0.02)) { DropAtM = 0.05 };
        Assert.InRange(Demonstrate(world, 1), 1, 90);
        Assert.Equal(3, world.GripperChanges);
    }

    private static ToyPeg Peg(int i)
    {
        var random = new Random(i);
        return new ToyPeg(new(0.5 + Within(0.01), Within(0.01), 0.075 + Within(0.01)), Within(0.1), new(0.5 + Within(0.02), Within(0.02), 0.03), Within(0.17));

        double Within(double bound) => bound * (2 * random.NextDouble() - 1);
    }

    /// <summary>Steps that a demonstration takes; 100 for one that fails.</summary>
    private static int Demonstrate(ToyWorld world, ulong seed, OperatorParameters? human = null)
    {
        var kind = world switch { ToyReach => TaskKind.Reach, ToyPeg => TaskKind.PegInsert, _ => TaskKind.PickLift };
        var person = new ScriptedOperator([Experts.For(kind, world.Actions)], ActionLayout.Of(world.Actions), human ?? Human, seed);
        person.BeginEpisode(EpisodeKind.Demonstration);
        var step = 0;
        for (; step < 100 && !world.Truth.Success; step++)
        {
            var command = person.Poll(world.View);
            Assert.True(command is { IsEngaged: true, Reason: InterventionReason.Demonstration, DeadmanHeld: true, StopRequested: false });
            world.Do(command.Action[0]);
        }
        return step;
    }
}

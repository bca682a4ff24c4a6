using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>
/// The gate's envelope held against physics under a policy's actions: tools press, cubes get pushed about, and the arm cannot always be where it is told to be.
/// </summary>
public class EnvelopeTests
{
    [Theory]
    [InlineData("peg-insert", 1)]
    [InlineData("pick-lift", 2)]
    [InlineData("peg-insert", 5, "cartesian_impedance")]
    [InlineData("peg-insert", 6, "joint_position")]
    [InlineData("pick-lift", 7, "joint_velocity")]
    public void Adversarial_actions_leave_no_limit_broken(string task, int seed, string command = "torque")
    {
        using var arena = new Arena(task, seed, command);
        var random = new Random(seed);
        var asProposed = 0;
        while (arena.GoesOn)
        {
            // Stretches of a policy gone wild, of one that means well, and of one that leans on the table.
            var mood = random.Next(3);
            for (var i = random.Next(1, 30); i > 0 && !arena.Session.IsStopped; i--)
            {
                var proposed = Action(random, mood, arena.Task.Actions);
                var decided = arena.Decide(proposed);
                foreach (var axis in arena.Task.Actions.ActiveAxes) Assert.InRange(decided.Executed.Motion[axis], -1, 1);
                if ((decided.Limits & (ActionRange.AltersReference | LimitFlags.ActionRange)) != 0) continue;
                Assert.Equal(Bits(proposed), Bits(decided.Executed));
                asProposed++;
            }
            if (arena.Session.IsStopped || random.Next(10) == 0) arena.StartOver();
        }
        Assert.True(asProposed > 20, "hardly any action passed unchanged");
        Assert.True(arena.Stops.GetValueOrDefault(FaultCode.NonFiniteCommand) > (command == "torque" ? 3 : 0), "the adversary was tame");
        arena.Report();
    }

    private static ArmAction Action(Random random, int mood, ActionSpace space)
    {
        ArmAction action = default;
        foreach (var axis in space.ActiveAxes)
            action.Motion[axis] = mood switch
            {
                0 => random.Next(3) == 0 ? Adversary.Component(random) : (float)(random.NextDouble() * 2 - 1),
                1 => (float)(random.NextDouble() - 0.5) * 0.6f,
                _ => axis == 2 ? 1 : (float)(random.NextDouble() - 0.5),
            };
        if (space.HasGripper) action.Gripper = (GripperCommand)random.Next(-1, 2);
        return action;
    }

    private static int[] Bits(ArmAction action) =>
        [.. Enumerable.Range(0, ActionSpace.Axes).Select(i => BitConverter.SingleToInt32Bits(action.Motion[i])), (int)action.Gripper];
}

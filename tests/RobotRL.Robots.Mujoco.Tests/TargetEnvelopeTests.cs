using RobotRL.Control;
using RobotRL.Control.Contract;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>The same under targets, tick by tick. A class of its own, since tests of one class wait for each other.</summary>
public class TargetEnvelopeTests
{
    [Theory]
    [InlineData("peg-insert", 3)]
    [InlineData("pick-lift", 4)]
    [InlineData("pick-lift", 8, "cartesian_impedance")]
    [InlineData("pick-lift", 9, "joint_position")]
    [InlineData("peg-insert", 10, "joint_velocity")]
    public void Adversarial_targets_leave_no_limit_broken(string task, int seed, string command = "torque")
    {
        using var arena = new Arena(task, seed, command);
        var random = new Random(seed);
        var sequence = 1_000_000L;
        while (arena.GoesOn)
        {
            for (var tick = 0; tick < 400 && !arena.Session.IsStopped; tick++)
            {
                var now = arena.Session.Latest.Time;
                arena.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
                // A burst of targets a tick apart, then time to follow the last.
                if (tick < 80 || tick % 100 == 0) arena.Propose(Adversary.Target(random, now, arena.Session.Home, ++sequence));
                arena.Advance(1);
            }
            if (arena.Session.IsStopped) arena.StartOver();
        }
        Assert.True(arena.Stops.Count > 0, "the adversary was tame");
        arena.Report();
    }
}

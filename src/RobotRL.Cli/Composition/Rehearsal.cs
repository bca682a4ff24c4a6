using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;

namespace RobotRL.Cli.Composition;

/// <summary>
/// Goes through motion, stop, reset and rebase on an arm that is none, before the real loop begins: what runs for the first time is compiled then, and
/// compiling takes many periods.
/// </summary>
internal static class Rehearsal
{
    public static void Run(RunConfiguration configuration)
    {
        using var robot = new LoopbackRobot(configuration.Robot);
        var cycle = new ControlCycle(robot, new LockstepPacer(robot), configuration.Task.EndEffectorInFlange, recordsKept: 16);
        var session = new ControlSession(cycle, configuration.Task);
        session.BeginEpisode(session.Home);
        PolicyAction action = default;
        for (var i = 0; i < 6; i++)
        {
            action.Motion[0] = i % 2 == 0 ? 0.5f : -0.5f;
            session.Decide(action, action, ActionSource.Policy);
        }
        session.Stop();
        session.Advance(1000);
        session.OperatorReset("rehearsal");
        session.Rebase();
    }
}

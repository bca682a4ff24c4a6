using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Ros2.Tests;

/// <summary>A loop by the wall clock around an arm that moves by itself: what is asked for inside the limits is what is done.</summary>
public sealed class PaceTests : IDisposable
{
    private readonly int _domain = Domains.Next();
    private readonly OtherProcess _arm;
    private readonly Rig _rig;

    public PaceTests()
    {
        _arm = OtherProcess.SimNode("reach", _domain);
        _rig = new(Cell.Load("reach", ("ros2.domain", $"{_domain}")));
    }

    [Fact]
    public void Decisions_inside_the_limits_are_executed_as_they_were_proposed()
    {
        var session = _rig.Session;
        session.BeginEpisode(session.Home);
        Random random = new(1);
        var limited = 0;
        for (var i = 0; i < 40; i++)
        {
            ArmAction action = default;
            for (var axis = 0; axis < 3; axis++) action.Motion[axis] = (float)(random.NextDouble() - 0.5) * 0.8f;
            var step = session.Decide(action, action, ActionSource.Policy);
            Assert.True(session.Latest.Gate == GateStates.Running, $"{_rig.Fault}");
            if ((step.Limits & ActionRange.AltersReference) != 0) limited++;
        }
        // A machine that others keep busy is late by more than a period now and then, which the next tick has to make up for.
        Assert.InRange(limited, 0, 20);
    }

    public void Dispose()
    {
        _rig.Dispose();
        _arm.Dispose();
    }
}

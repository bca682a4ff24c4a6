using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

public class AbsurdReadingTests
{
    /// <summary>One absurd but finite reading stops the arm, and leaves nothing behind that a reset does not clear.</summary>
    [Theory]
    [InlineData(1e3), InlineData(1e9), InlineData(1e17), InlineData(1e200), InlineData(1e300), InlineData(1.7e308)]
    public void An_absurd_reading_leaves_nothing_behind(double rad)
    {
        for (var joint = 0; joint < 7; joint++)
            foreach (var isEffort in (bool[])[false, true])
            {
                using var rig = new Rig();
                rig.Decide(TestArm.Action(x: 0.5f));
                JointPositions q = default;
                JointTorques t = default;
                (q[joint], t[joint]) = (rad, rad);
                if (isEffort) rig.Robot.Faults.EffortErrorNm = t;
                else rig.Robot.Faults.PositionErrorRad = q;
                rig.Session.Advance(1);
                (rig.Robot.Faults.EffortErrorNm, rig.Robot.Faults.PositionErrorRad) = (default, default);
                Assert.NotEqual(GateState.Running, rig.Latest.Gate);
                for (var i = 0; i < 1500; i++)
                {
                    if (i % 50 == 0) rig.Session.Beat(CommandingState.Retreating);
                    rig.Session.Advance(1);
                    for (var k = 0; k < 7; k++) Assert.True(double.IsFinite(rig.Latest.TorqueNm[k]));
                }
                Assert.True(rig.Session.OperatorReset("x"), $"joint {joint}, {rad}: {rig.Latest.Fault} {rig.Latest.Gate}");
                var from = rig.Latest.EndEffector.PoseInBase.Position;
                for (var i = 0; i < 5; i++) rig.Decide(TestArm.Action(x: 0.5f));
                Assert.False(rig.Session.IsStopped, $"{rig.Latest.Fault}");
                Assert.True((rig.Latest.EndEffector.PoseInBase.Position - from).Length > 0.01);
            }
    }
}

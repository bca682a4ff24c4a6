using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Control.Tests;

/// <summary>Every fault of the loop latches, names its stop category, completes its stop, and is cleared by the operator's reset alone.</summary>
public class FaultTests
{
    public static TheoryData<string, FaultCode, StopCategory> Cases => new()
    {
        { "joint reads not a number", FaultCode.NonFiniteState, StopCategory.Category0 },
        { "wrench reads infinity", FaultCode.NonFiniteState, StopCategory.Category0 },
        { "values frozen", FaultCode.FrozenState, StopCategory.Category1 },
        { "stamp frozen", FaultCode.StaleState, StopCategory.Category1 },
        { "state delayed", FaultCode.StaleState, StopCategory.Category1 },
        { "packets lost", FaultCode.StaleState, StopCategory.Category1 },
        { "force spike", FaultCode.CollisionForce, StopCategory.Category2 },
        { "torque spike", FaultCode.CollisionForce, StopCategory.Category2 },
        { "clock jumps back", FaultCode.ClockBackward, StopCategory.Category1 },
        { "clock jumps forward", FaultCode.ClockForward, StopCategory.Category1 },
        { "commander silent", FaultCode.HeartbeatLost, StopCategory.Category2 },
        { "commander beats without targets", FaultCode.StaleTarget, StopCategory.Category2 },
        { "deadman released", FaultCode.DeadmanReleased, StopCategory.Category2 },
        { "operator stop", FaultCode.OperatorStop, StopCategory.Category2 },
        { "action not a number", FaultCode.NonFiniteCommand, StopCategory.Category2 },
        { "action infinite", FaultCode.NonFiniteCommand, StopCategory.Category2 },
        { "pushed out of the workspace", FaultCode.WorkspaceExceeded, StopCategory.Category2 },
        { "joint spun", FaultCode.JointVelocityExceeded, StopCategory.Category1 },
    };

    /// <summary>Each for each kind of command. No push that this arm stands drives a servo out of the workspace or spins it.</summary>
    public static TheoryData<CommandKind, string, FaultCode, StopCategory> CasesByKind
    {
        get
        {
            TheoryData<CommandKind, string, FaultCode, StopCategory> cases = [];
            foreach (var kind in TestArm.Kinds)
                foreach (var (what, code, category) in Cases.Select(c => c.Data))
                    if (kind is CommandKind.JointTorque || what is not ("pushed out of the workspace" or "joint spun")) cases.Add(kind, what, code, category);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(CasesByKind))]
    public void Fault_latches_takes_its_category_and_waits_for_the_operator(CommandKind kind, string what, FaultCode code, StopCategory category)
    {
        // A box about home that a push can leave before anything else is exceeded.
        using var rig = new Rig((what == "pushed out of the workspace"
            ? TestArm.With(l => l with { Workspace = Around(Home(), 0.02) })
            : TestArm.Description) with
        { Command = kind });
        var session = rig.Session;
        for (var i = 0; i < 3; i++) rig.Decide(TestArm.Action(x: 0.4f));
        Assert.Equal(GateState.Running, rig.Latest.Gate);

        Break(rig, what);
        for (var i = 0; i < 600 && rig.Latest.Fault.IsNone; i++) session.Advance(1);
        Assert.Equal((code, category), (rig.Latest.Fault.Code, rig.Latest.Fault.Category));
        Assert.Equal(category, StopCategories.Of(code));
        Assert.Equal(category, rig.Robot.Command.Stop);

        Mend(rig);
        session.Advance(3000);
        Assert.Equal(code, rig.Latest.Fault.Code);
        Assert.Equal(category == StopCategory.Category2 ? GateState.Held : GateState.PowerRemoved, rig.Latest.Gate);
        Assert.Equal(category != StopCategory.Category2, rig.Robot.Command.RemovePower);
        for (var i = 0; i < 7; i++) Assert.InRange(rig.Robot.TrueState.Velocity[i], -0.05, 0.05);

        // A commander cannot talk it away.
        Assert.NotEqual(LimitFlags.None, rig.Decide(TestArm.Action(x: 0.1f)).Limits & LimitFlags.Stopping);
        Assert.Equal(code, rig.Latest.Fault.Code);

        rig.Robot.Place(TestArm.Description.HomeRad.ToArray());
        Assert.True(session.OperatorReset("operator"), $"{rig.Latest.Fault}");
        Assert.True(session.MoveTo(session.Home), $"{rig.Latest.Fault}");
    }

    [Fact]
    public void Reset_is_refused_while_the_stop_is_in_progress_and_useless_while_the_cause_lasts()
    {
        using var rig = new Rig();
        for (var i = 0; i < 3; i++) rig.Decide(TestArm.Action(x: 1));
        rig.Session.Stop();
        rig.Session.Advance(2);
        Assert.Equal(GateState.Stopping, rig.Latest.Gate);
        Assert.False(rig.Session.OperatorReset("operator"));
        rig.Robot.Faults.WrenchSpike = new(new(100, 0, 0), default);
        rig.Session.Advance(1000);
        Assert.False(rig.Session.OperatorReset("operator"));
        Assert.Equal(FaultCode.CollisionForce, rig.Latest.Fault.Code);
        Assert.Throws<ArgumentException>(() => rig.Session.OperatorReset(" "));
    }

    /// <summary>
    /// <code>
    /// stop ── push 50 ms ── let go ── … ── held
    /// </code>
    /// </summary>
    [Fact]
    public void Arm_pushed_away_during_a_stop_is_held_where_it_comes_to_rest()
    {
        using var rig = new Rig();
        for (var i = 0; i < 3; i++) rig.Decide(TestArm.Action(x: 0.5f, y: 0.5f));
        rig.Session.Stop();
        var stopped = rig.Latest.Reference.PoseInBase.Position;
        rig.Robot.DisturbanceNm = Push(1, 40);
        rig.Session.Advance(50);
        rig.Robot.DisturbanceNm = default;
        var ticks = 50;
        for (; ticks < 2000 && rig.Latest.Gate == GateState.Stopping; ticks++) rig.Session.Advance(1);
        Assert.Equal((GateState.Held, FaultCode.OperatorStop), (rig.Latest.Gate, rig.Latest.Fault.Code));
        Assert.True(ticks < 1500, $"still creeping after {ticks} ms");
        var arm = rig.Latest.EndEffector.PoseInBase.Position;
        Assert.True((rig.Latest.Reference.PoseInBase.Position - arm).Length < 0.6 * (stopped - arm).Length, "held where the stop began");
    }

    [Fact]
    public void Worse_fault_takes_over_from_a_lesser_one_and_not_the_reverse()
    {
        using var rig = new Rig();
        rig.Session.Stop();
        rig.Session.Advance(500);
        Assert.Equal(GateState.Held, rig.Latest.Gate);
        rig.Robot.Faults.LostPackets = 10;
        rig.Session.Advance(200);
        Assert.Equal((FaultCode.StaleState, GateState.PowerRemoved), (rig.Latest.Fault.Code, rig.Latest.Gate));
        rig.Robot.Faults.WrenchSpike = new(new(100, 0, 0), default);
        rig.Session.Advance(10);
        Assert.Equal(FaultCode.StaleState, rig.Latest.Fault.Code);
    }

    [Fact]
    public void Few_lost_packets_do_not_stop_the_arm_and_lost_state_stops_it_within_20_ms()
    {
        using var rig = new Rig();
        rig.Decide(TestArm.Action(x: 0.3f));
        rig.Robot.Faults.LostPackets = 4;
        rig.Session.Advance(10);
        Assert.Equal(GateState.Running, rig.Latest.Gate);
        rig.Robot.Faults.LostPackets = 20;
        var before = rig.Latest.Time;
        rig.Session.Advance(20);
        Assert.Equal(FaultCode.StaleState, rig.Latest.Fault.Code);
        Assert.InRange(rig.Latest.Fault.Time.Since(before), 0, 20_000_000);
    }

    [Fact]
    public void Arm_at_rest_that_repeats_itself_is_not_taken_for_frozen()
    {
        using var rig = new Rig();
        rig.Session.Advance(2000);
        Assert.Equal(GateState.Running, rig.Latest.Gate);
    }

    [Fact]
    public void Limits_cannot_change_while_running_and_the_attempt_is_counted()
    {
        var joints = TestArm.Limits.Joints.ToArray();
        using var rig = new Rig(TestArm.With(l => l with { Joints = joints }));
        Assert.False(rig.Cycle.TryChangeLimits(TestArm.Limits with { CollisionForceN = 1e6 }));
        for (var i = 0; i < joints.Length; i++) joints[i] = joints[i] with { VelocityRadS = 1e6 };
        rig.Robot.Faults.WrenchSpike = new(new(60, 0, 0), default);
        rig.Session.Advance(1);
        Assert.Equal((FaultCode.CollisionForce, 1), (rig.Latest.Fault.Code, rig.Latest.RefusedLimitChanges));
    }

    [Fact]
    public void Every_fault_code_has_its_category()
    {
        foreach (var code in Enum.GetValues<FaultCode>().Where(c => c != FaultCode.None)) Assert.True(Enum.IsDefined(StopCategories.Of(code)));
        foreach (var none in (ReadOnlySpan<FaultCode>)[FaultCode.None, (FaultCode)99, (FaultCode)255])
            Assert.Equal(StopCategory.Category1, StopCategories.Of(none));
    }

    private static void Break(Rig rig, string what)
    {
        var faults = rig.Robot.Faults;
        switch (what)
        {
            case "joint reads not a number": faults.NonFiniteJoint = 3; break;
            case "wrench reads infinity": faults.WrenchSpike = new(new(double.PositiveInfinity, 0, 0), default); break;
            case "values frozen": faults.FrozenValues = true; break;
            case "stamp frozen": faults.FrozenStamp = true; break;
            case "state delayed": faults.DelayNs = 50_000_000; break;
            case "packets lost": faults.LostPackets = 20; break;
            case "force spike": faults.WrenchSpike = new(new(0, 0, -60), default); break;
            case "torque spike": faults.WrenchSpike = new(default, new(0, 16, 0)); break;
            case "clock jumps back": faults.ClockJumpNs = -5_000_000; break;
            case "clock jumps forward": faults.ClockJumpNs = 30_000_000; break;
            case "commander silent": break;
            case "commander beats without targets":
                for (var i = 0; i < 5; i++)
                {
                    rig.Session.Advance(100);
                    rig.Session.Beat();
                }
                break;
            case "deadman released": rig.Session.Beat(CommandingState.DeadmanReleased); break;
            case "operator stop": rig.Session.Stop(); break;
            case "action not a number": rig.Session.BeginDecision(default, TestArm.Action(y: float.NaN), ActionSource.Policy); break;
            case "action infinite": rig.Session.BeginDecision(default, TestArm.Action(yaw: float.NegativeInfinity), ActionSource.Human); break;
            case "pushed out of the workspace": rig.Robot.DisturbanceNm = Push(1, 20); break;
            case "joint spun": rig.Robot.DisturbanceNm = Push(6, 30); break;
            default: throw new ArgumentException(what);
        }
    }

    private static void Mend(Rig rig)
    {
        rig.Robot.DisturbanceNm = default;
        (rig.Robot.Faults.NonFiniteJoint, rig.Robot.Faults.FrozenValues, rig.Robot.Faults.FrozenStamp) = (-1, false, false);
        (rig.Robot.Faults.DelayNs, rig.Robot.Faults.LostPackets, rig.Robot.Faults.WrenchSpike) = (0, 0, default);
    }

    private static JointTorques Push(int joint, double torqueNm)
    {
        JointTorques push = default;
        push[joint] = torqueNm;
        return push;
    }

    private static Vector3D Home()
    {
        using var rig = new Rig();
        return rig.Session.Home.Position;
    }

    private static Box Around(Vector3D p, double half) => new(p - new Vector3D(half, half, half), p + new Vector3D(half, half, half));
}

using System.Globalization;
using RobotRL.Model;

namespace RobotRL.Lab.Faults;

/// <summary>Sensors that die one by one, motors that give what nobody asked for, and knocks where no force sensor is.</summary>
internal static class SensorFaults
{
    private const int Shoulder = 1, Elbow = 3, Wrist = 5, KnockTicks = 100;
    private const double PeriodMs = 1;

    /// <summary>Any of the sensor's values may repeat for 200 ms in motion; the arm may stand for a while in between.</summary>
    private const double WrenchMs = 200 + 200;

    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("wrench frozen", FaultCode.ForceSensorFailure, WrenchMs, () => FaultRig.See(rig => rig.Faults.FrozenWrench = true)),
        new("wrench stuck at zero", FaultCode.ForceSensorFailure, WrenchMs, () => FaultRig.See(rig => rig.Faults.DeadWrench = true)),
        new("force beyond the sensor's range", FaultCode.ForceSensorFailure, 2 * PeriodMs,
            () => FaultRig.See(rig => rig.Faults.WrenchSpike = new(new(0, 0, -510), default))),
        new("torque beyond the sensor's range", FaultCode.ForceSensorFailure, 2 * PeriodMs,
            () => FaultRig.See(rig => rig.Faults.WrenchSpike = new(default, new(0, 60, 0)))),
        new("force sensor reads 30 N too much", FaultCode.JointCollision, 20,
            () => FaultRig.See(rig => rig.Faults.WrenchSpike = new(new(0, 0, -30), default))),
        new("one joint's position frozen", FaultCode.FrozenState, 100 + PeriodMs, () => FaultRig.See(rig => rig.Faults.FrozenPositionJoint = Elbow)),
        new("one joint's velocity frozen", FaultCode.FrozenState, 100 + PeriodMs, () => FaultRig.See(rig => rig.Faults.FrozenVelocityJoint = Elbow)),
        new("one joint's position and velocity frozen", FaultCode.FrozenState, 200 + PeriodMs,
            () => FaultRig.See(rig => (rig.Faults.FrozenPositionJoint, rig.Faults.FrozenVelocityJoint) = (Elbow, Elbow))),
        new("joint position jumps by 20 mrad", FaultCode.SensorError, 2 * PeriodMs, () => FaultRig.See(rig =>
        {
            JointPositions error = default;
            error[Wrist] = 0.02;
            rig.Faults.PositionErrorRad = error;
        })),
        new("elbow knocked forward with 60 N for 100 ms", FaultCode.JointCollision, 20, () => Push("link4", new(60, 0, 0))),
        new("elbow knocked aside with 60 N for 100 ms", FaultCode.JointCollision, 20, () => Push("link4", new(0, 60, 0))),
        new("forearm knocked aside with 60 N for 100 ms", FaultCode.JointCollision, 20, () => Push("link5", new(0, -60, 0))),
        new("forearm knocked down with 60 N for 100 ms", FaultCode.JointCollision, 20, () => Push("link5", new(0, 0, -60))),
        new("hand knocked with 40 N for 100 ms, no force sensor", FaultCode.JointCollision, 20,
            () => Push("hand", new(0, 40, 0), ("robot.force_sensor", "none"))),
        new("hand knocked with 40 N for 100 ms, force sensor stuck at zero", FaultCode.JointCollision, 20,
            () => Push("hand", new(0, 40, 0), rig => rig.Faults.DeadWrench = true)),
        new("motor gives 100 Nm too much", FaultCode.TorqueExceeded, 3 * PeriodMs,
            () => Moved("hand", rig => rig.World.MotorErrorNm = Torque(Shoulder, 100))),
        new("torque sensor reads 16 Nm too much", FaultCode.TorqueExceeded, 2 * PeriodMs,
            () => FaultRig.See(rig => rig.Faults.EffortErrorNm = Torque(Wrist, 16))),
    ];

    private static FaultSighting Push(string body, Vector3D forceN, params (string, string)[] overrides) =>
        Moved(body, rig => rig.World.Push(body, forceN), overrides);

    private static FaultSighting Push(string body, Vector3D forceN, Action<FaultRig> and) =>
        Moved(body, rig =>
    {
        and(rig);
        rig.World.Push(body, forceN);
    });

    /// <summary>Also tells how far that body of the arm went until the robot stood.</summary>
    private static FaultSighting Moved(string body, Action<FaultRig> fault, params (string, string)[] overrides)
    {
        using FaultRig rig = new(overrides: overrides);
        var index = rig.World.Model.Body(body);
        var start = rig.World.Data.BodyPose(index).Position;
        var (farthestM, ticks) = (0.0, 0);
        rig.AfterTick = () =>
        {
            farthestM = Math.Max(farthestM, (rig.World.Data.BodyPose(index).Position - start).Length);
            if (++ticks == KnockTicks) rig.World.Push(body, Vector3D.Zero);
        };
        var seen = rig.Watch(() => fault(rig));
        return seen with { Answer = string.Create(CultureInfo.InvariantCulture, $"{body} moved by {farthestM * 1e3:0.#} mm at most") };
    }

    private static JointTorques Torque(int joint, double nm)
    {
        JointTorques torque = default;
        torque[joint] = nm;
        return torque;
    }
}

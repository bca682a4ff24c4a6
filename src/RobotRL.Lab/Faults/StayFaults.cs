using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Robots.Mujoco;
using RobotRL.Safety;
using RobotRL.Sessions.Runs;
using RobotRL.Tasks;

namespace RobotRL.Lab.Faults;

/// <summary>Nobody asks for motion and something pushes; something stops the arm and a part is in its fingers: what stays and what is held.</summary>
internal static class StayFaults
{
    private const double PeriodMs = 1, FurthestM = 0.01, SlippedM = 0.01;
    private const int TenSeconds = 100;

    public static IReadOnlyList<FaultCase> All { get; } =
    [
        .. ((string[])["reach", "maze", "peg-insert", "pick-lift"]).Select(task =>
            new FaultCase($"steady push of 2 N, zero action, {task}", FaultCode.None, 0, () => Push(task, Sides(2), FurthestM))),
        new("payload misjudged by 100 g, zero action", FaultCode.None, 0, () => Push("reach", [new(0, 0, -0.981)], FurthestM)),
        new("steady push of 10 N, zero action", FaultCode.None, 0, () => Push("reach", Sides(10), 2 * FurthestM)),
        new("operator's stop and reset with a part in the fingers", FaultCode.OperatorStop, 2 * PeriodMs, () => Stop(stage => stage.Session.Stop())),
        new("collision, reset and rebase with a part in the fingers", FaultCode.CollisionForce, 2 * PeriodMs,
            () => Stop(stage => stage.Robot.Faults.WrenchSpike = new(new(0, 0, -100), default))),
        new("power lost with a part in the fingers", FaultCode.NonFiniteState, 2 * PeriodMs,
            () => Stop(stage => stage.Robot.Faults.NonFiniteJoint = 3)),
        new("another actor takes over with a part in the fingers", FaultCode.None, 0, () => GoOn(stage => new(stage.Cycle, stage.Task))),
        new("control loop begins anew with a part in the fingers", FaultCode.None, 0,
            () => GoOn(stage => new(new ControlCycle(stage.Robot, new LockstepPacer(stage.Robot), stage.Task.EndEffectorInFlange, 100), stage.Task))),
        new("grip force beyond its limit", FaultCode.None, 0, TooFirm),
        new("grip force of 1e308 N", FaultCode.TargetOutOfRange, 2 * PeriodMs, () => Stop(stage =>
        {
            stage.Session.Grip = stage.Session.Grip with { ForceN = 1e308 };
            stage.Rest();
        })),
    ];

    private static Vector3D[] Sides(double n) => [new(n, 0, 0), new(-n, 0, 0), new(0, n, 0), new(0, -n, 0), new(0, 0, n), new(0, 0, -n)];

    private static FaultSighting Push(string name, Vector3D[] forces, double mostM)
    {
        var furthest = 0.0;
        var fault = default(Fault);
        foreach (var force in forces)
        {
            using Stage stage = new(name);
            stage.Push(force);
            var start = stage.At;
            for (var i = 0; i < TenSeconds && fault.IsNone; i++)
            {
                stage.Rest();
                stage.Session.Advance(stage.Session.TicksPerDecision);
                (furthest, fault) = (Math.Max(furthest, (stage.At - start).Length), stage.Session.Latest.Fault);
            }
        }
        var whence = forces.Length > 1 ? "worst of six directions" : "downward";
        return new(fault, null, null, FormattableString.Invariant($"{furthest * 1000:F1} mm in 10 s, {whence}"), furthest <= mostM);
    }

    /// <summary>A stop, an operator's reset and a new start of the reference.</summary>
    private static FaultSighting Stop(Action<Stage> fault)
    {
        using Stage stage = new("pick-lift");
        stage.Grasp();
        stage.Carry();
        var (session, start, furthest) = (stage.Session, stage.At, 0.0);
        fault(stage);
        var stop = Until(GateState.Stopping);
        if (stop is null) return new(default, null, null);
        var (latched, stand) = (session.Latest.Fault, Until(GateState.Held));
        var held = stage.IsHeld;
        stage.Robot.Faults.WrenchSpike = default;
        stage.Robot.Faults.NonFiniteJoint = -1;
        var reset = session.OperatorReset("operator");
        session.Advance(300);
        held &= stage.IsHeld;
        reset &= session.Rebase();
        session.Advance(300);
        held &= stage.IsHeld;
        var answer = FormattableString.Invariant($"{(held ? "held" : "dropped")} through stop, reset and rebase; the arm moved {furthest * 1000:F1} mm");
        return new(latched, stop * PeriodMs, stand * PeriodMs, answer, held && reset);

        int? Until(GateState state)
        {
            for (var tick = 1; tick <= 5000; tick++)
            {
                session.Advance(1);
                furthest = Math.Max(furthest, (stage.At - start).Length);
                if (session.Latest.Gate >= state) return tick;
            }
            return null;
        }
    }

    private static FaultSighting GoOn(Func<Stage, ControlSession> another)
    {
        using Stage stage = new("pick-lift");
        stage.Grasp();
        stage.Session.SignOff();
        stage.Session.Advance(300);
        var session = another(stage);
        session.Advance(1);
        session.BeginEpisode(session.Home);
        for (var i = 0; i < 20; i++) session.Decide(default, default, ActionSource.Policy);
        return new(session.Latest.Fault, null, null, stage.IsHeld ? "held" : "dropped", stage.IsHeld);
    }

    private static FaultSighting TooFirm()
    {
        using Stage stage = new("pick-lift");
        stage.Grasp();
        var (session, most) = (stage.Session, stage.Robot.Description.Limits.Grip.ForceN);
        session.Grip = session.Grip with { ForceN = 2 * most };
        stage.Rest();
        session.Advance(10);
        var (sealedN, flags) = (session.Latest.Grip.ForceN, session.Latest.Limits);
        return new(session.Latest.Fault, null, null, $"cut from {2 * most} N to {sealedN} N, {flags & LimitFlags.Grip} flagged",
            sealedN == most && flags.HasFlag(LimitFlags.Grip) && stage.IsHeld);
    }

    /// <summary>A shipped arm on its shipped scene, in virtual time, at rest at home.</summary>
    private sealed class Stage : IDisposable
    {
        private readonly MujocoRobot _arm;
        private readonly SimulatedTask? _scene;

        public Stage(string name)
        {
            var configuration = RunConfiguration.Load(ShippedFiles.Configuration($"sim/{name}.yaml"));
            Task = configuration.Task;
            _arm = new MujocoRobot(configuration.Robot, Task.ScenePath);
            Robot = new(_arm);
            Cycle = new(Robot, new LockstepPacer(Robot), Task.EndEffectorInFlange, 100);
            Session = new(Cycle, Task);
            // Where something is to be held; the maze would push by itself.
            if (name == "pick-lift") _scene = SimulatedTask.Create(Task, _arm);
            _scene?.Reset(1);
            Session.Rebase();
            Session.MoveTo(Session.Home);
            Session.BeginEpisode(Session.Home);
        }

        public TaskDescription Task { get; }
        public FaultyRobot Robot { get; }
        public ControlCycle Cycle { get; }
        public ControlSession Session { get; }
        public Vector3D At => _arm.EndEffectorInBase.Position;

        public bool IsHeld
        {
            get
            {
                var truth = Truth;
                return truth.ObjectGrasped && (truth.GoalInBase.Position - truth.EndEffectorInBase.Position).Length < SlippedM;
            }
        }

        private TaskTruth Truth
        {
            get
            {
                TaskTruth truth = default;
                _scene!.ReadTruth(0, ref truth);
                return truth;
            }
        }

        /// <summary>Sideways, and on the way still.</summary>
        public void Carry()
        {
            var action = Task.Actions.Rest;
            action.Motion[1] = 0.5f;
            for (var i = 0; i < 3; i++) Session.Decide(action, action, ActionSource.Policy);
            Session.BeginDecision(action, action, ActionSource.Policy);
            Session.Advance(37);
        }

        public void Rest() => Session.BeginDecision(Task.Actions.Rest, Task.Actions.Rest, ActionSource.Policy);

        /// <summary>A lasting force on the hand, base axes, N.</summary>
        public void Push(in Vector3D force)
        {
            for (var axis = 0; axis < 3; axis++) _arm.Data.AppliedBodyForce[6 * _arm.Model.Body("hand") + axis] = force[axis];
        }

        /// <summary>Takes the cube and lifts it.</summary>
        public void Grasp()
        {
            var (cube, down) = (Truth.GoalInBase.Position, Session.Home.Orientation);
            Go(new(0, 0, 0.06), 0.1);
            Go(default, 0.03);
            Session.GripperWidthM = 0;
            for (var i = 0; i < 10; i++) Go(default, 0.3);
            Go(new(0, 0, 0.13), 0.1);
            if (!IsHeld) throw new InvalidOperationException("The cube was not grasped before the fault.");

            void Go(in Vector3D above, double share)
            {
                if (Session.MoveTo(new(cube + above, down), share)) return;
                throw new InvalidOperationException($"The motion before the fault was stopped: {Session.Latest.Fault}");
            }
        }

        public void Dispose() => _arm.Dispose();
    }
}

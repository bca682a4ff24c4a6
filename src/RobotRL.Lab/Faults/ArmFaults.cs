using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Lab.Results;
using RobotRL.Model;
using RobotRL.Policy;
using RobotRL.Robots.Mujoco;
using RobotRL.Safety;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Faults;

/// <summary>
/// Faults of the arm other than its tool's point: posture, body, orientation, standstill, and the way back from beyond a limit.
/// Each tells how far something moved.
/// </summary>
internal static class ArmFaults
{
    private const double PeriodMs = 1, StillM = 1e-3, GaveWayM = 0.2;
    private const string Wide = "{min_m: [-0.7, -0.7, 0.01], max_m: [0.85, 0.7, 1.1]}";
    private static readonly double[] ElbowAside = [0.3, 0.15, -0.55, -2.15, 0.4, 2.25, 0.55];

    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("elbow aside, nobody commands for 5 s", FaultCode.None, 0, () => Aside(stage => stage.Session.Advance(5000))),
        new("elbow aside, operator's stop", FaultCode.OperatorStop, 2 * PeriodMs, () => Stopped(ElbowAside, "link4", stage => stage.Session.Stop())),
        new("elbow aside, posture commanded home", FaultCode.None, 0, PostureHome),
        new("rebase under a load of 20 N", FaultCode.None, 0, RebaseUnderLoad),
        new("forearm on its way into a keep-out box", FaultCode.None, 0, KeepOut),
        new("target tilts the tool by 1.8 rad", FaultCode.None, 0, () => Turn(new(1.8, 0, 0))),
        new("target turns the tool by 2.5 rad", FaultCode.None, 0, () => Turn(new(0, 0, 2.5))),
        new("tool stands tilted by 1 rad", FaultCode.OrientationExceeded, 2 * PeriodMs,
            () => Stands([0, -0.04, 0, -2.33, 0, 1.29, 0.785], ("robot.limits.workspace", Wide))),
        new("elbow stands in a keep-out box", FaultCode.WorkspaceExceeded, 2 * PeriodMs,
            () => Stands(null, ("robot.limits.keep_out", "[{min_m: [-0.2, -0.2, 0.55], max_m: [0.2, 0.2, 0.8]}]"))),
        new("forearm stands beyond the cell's wall", FaultCode.WorkspaceExceeded, 2 * PeriodMs,
            () => Stands(null, ("robot.limits.cell", "{min_m: [-0.8, -0.8, -0.02], max_m: [0.9, 0.8, 0.5]}"))),
        new("hand stands at the column", FaultCode.SelfCollision, 2 * PeriodMs, () => Stands(
            [0, 0.43, 0, -2.98, 0, 1.2, 0.785],
            ("robot.limits.workspace", "{min_m: [-0.7, -0.7, -0.01], max_m: [0.85, 0.7, 1.3]}"), ("robot.limits.orientation.tilt_rad", "3"))),
        new("held arm pushed at the elbow with 40 N", FaultCode.StandstillLost, 3000, () => Pushed("link4", new(0, 40, 0))),
        new("held arm pushed at the forearm with 40 N", FaultCode.StandstillLost, 3000, () => Pushed("link5", new(0, -40, 0))),
        new("held arm pushed at the hand with 30 N", FaultCode.StandstillLost, 3000, () => Pushed("hand", new(0, 30, 0))),
        .. Pushes().Select(p => new FaultCase($"operator's stop under a steady push of {p.N} N on the {p.At}", FaultCode.OperatorStop, 2 * PeriodMs,
            () => StoppedUnderPush(p.Body, p.N))),
        new("target 1e308 m away", FaultCode.TargetOutOfRange, 2 * PeriodMs,
            () => Absurd(t => t with { PoseInBase = t.PoseInBase with { Position = new(1e308, 0, 0) } })),
        new("target 50 m away", FaultCode.TargetOutOfRange, 2 * PeriodMs,
            () => Absurd(t => t with { PoseInBase = t.PoseInBase with { Position = new(0, -50, 0) } })),
        new("stiffness of 1e300 N/m", FaultCode.TargetOutOfRange, 2 * PeriodMs,
            () => Absurd(t => t with { Stiffness = t.Stiffness with { TranslationNM = 1e300 } })),
        new("posture beyond a joint's range", FaultCode.TargetOutOfRange, 2 * PeriodMs,
            () => Absurd(t => t with { MovesPosture = true, PostureRad = Each(9) })),
        new("joint beyond its range, led back by an operator", FaultCode.JointPositionExceeded, 2 * PeriodMs,
            () => LedBack([0, 0.2, 0, -0.06, 0, 1.6, 0.785], ("robot.limits.workspace", Wide), ("robot.limits.orientation.tilt_rad", "3"))),
        new("tool outside its workspace, led back by an operator", FaultCode.WorkspaceExceeded, 2 * PeriodMs,
            () => LedBack([0.5, -0.04, 0, -2.33, 0, 2.29, 0.785])),
        new("retreat that the operator lets go of", FaultCode.WorkspaceExceeded, 2 * PeriodMs, LetGo),
        new("arm led by hand out of its workspace", FaultCode.WorkspaceExceeded, 10_000, GuidedOut),
    ];

    private static FaultSighting Aside(Action<Stage> then)
    {
        using Stage stage = new(ElbowAside);
        stage.Watch("link4");
        then(stage);
        return new(stage.Latest.Fault, null, null, $"elbow moved {stage.MovedM * 1e3:F2} mm", stage.MovedM < StillM);
    }

    /// <summary>A stop, and what moves from then until 3 s later.</summary>
    private static FaultSighting Stopped(double[] posture, string body, Action<Stage> fault)
    {
        using Stage stage = new(posture);
        stage.Watch(body);
        fault(stage);
        var seen = stage.See();
        stage.Session.Advance(3000);
        return seen with { Answer = $"elbow moved {stage.MovedM * 1e3:F2} mm", IsAnswered = stage.MovedM < StillM };
    }

    private static FaultSighting PostureHome()
    {
        using Stage stage = new(ElbowAside, ("robot.limits.workspace", Wide));
        var (tool, fastest, before) = (stage.Latest.EndEffector.PoseInBase, 0.0, stage.Latest.PostureRad);
        stage.AfterTick = () =>
        {
            var now = stage.Latest.PostureRad;
            for (var i = 0; i < Joints.Max; i++) fastest = Math.Max(fastest, Math.Abs(now[i] - before[i]) * 1e3);
            before = now;
        };
        stage.Watch("hand");
        var there = stage.Session.MoveTo(tool, timeoutS: 30, homePosture: true);
        var moved = (stage.Latest.EndEffector.PoseInBase.Position - tool.Position).Length;
        return new(stage.Latest.Fault, null, null, $"elbow went home at {fastest:F2} rad/s at most, the tool within {moved * 1e3:F1} mm",
            there && fastest is > 0.02 and < 1 && moved < 0.005);
    }

    private static FaultSighting RebaseUnderLoad()
    {
        using Stage stage = new(null);
        var (steepest, before) = (0.0, stage.Latest.TorqueNm);
        stage.AfterTick = () =>
        {
            var now = stage.Latest.TorqueNm;
            for (var i = 0; i < Joints.Max; i++) steepest = Math.Max(steepest, Math.Abs(now[i] - before[i]) * 1e3);
            before = now;
        };
        stage.Robot.Push("hand", new(0, 20, 0));
        stage.Advance(1000);
        stage.Session.SignOff();
        stage.Advance(1);
        stage.Cycle.RequestRebase();
        stage.Advance(300);
        return new(stage.Latest.Fault, null, null, $"torque changed by {steepest:F0} Nm/s at most", steepest <= 1000 && stage.Latest.Rebases > 1);
    }

    private static FaultSighting KeepOut()
    {
        using Stage stage = new(null, ("robot.limits.keep_out", "[{min_m: [-0.1, -0.4, 0.78], max_m: [0.3, 0.4, 1]}]"), ("robot.limits.workspace", Wide));
        var home = stage.Session.Home;
        stage.Watch("link4");
        stage.Session.MoveTo(home with { Position = home.Position + new Vector3D(-0.15, 0, 0.35) }, timeoutS: 4);
        var flags = LimitFlags.None;
        foreach (var tick in stage.Cycle.Records.ToArray()) flags |= tick.Limits;
        return new(stage.Latest.Fault, null, null, $"elbow rose by {stage.MovedM * 1e3:F0} mm and stayed out, {flags & LimitFlags.KeepOut} flagged",
            flags.HasFlag(LimitFlags.KeepOut));
    }

    private static FaultSighting Turn(Vector3D turn)
    {
        using Stage stage = new(null, ("robot.limits.workspace", Wide));
        var (home, limits) = (stage.Session.Home, stage.Robot.Description.Limits.Orientation);
        var (mostTilt, mostYaw) = (0.0, 0.0);
        stage.AfterTick = () =>
        {
            var (tilt, yaw) = limits.Of(stage.Latest.EndEffector.PoseInBase.Orientation);
            (mostTilt, mostYaw) = (Math.Max(mostTilt, tilt), Math.Max(mostYaw, Math.Abs(yaw)));
        };
        stage.Session.BeginEpisode(home);
        stage.Session.MoveTo(home with { Orientation = home.Orientation * Rotation.FromVector(turn) }, timeoutS: 8);
        return new(stage.Latest.Fault, null, null, $"tilted by {mostTilt:F2} of {limits.TiltRad} rad, turned by {mostYaw:F2} of {limits.YawRad} rad",
            mostTilt <= limits.TiltRad && mostYaw <= limits.YawRad && Math.Max(mostTilt / limits.TiltRad, mostYaw / limits.YawRad) > 0.7);
    }

    /// <summary>Power comes up, and the arm stands where it may not be.</summary>
    private static FaultSighting Stands(double[]? posture, params (string, string)[] overrides)
    {
        using Stage stage = new(null, overrides, start: false);
        if (posture is not null) stage.Robot.PlaceArm(posture);
        stage.Watch("hand");
        var seen = stage.See();
        var part = seen.Fault.Index < 0 ? "" : stage.Robot.Description.Body.Parts[seen.Fault.Index].Name + ", ";
        return seen with { Answer = $"{part}hand moved {stage.MovedM * 1e3:F1} mm" };
    }

    private static FaultSighting Pushed(string body, Vector3D forceN)
    {
        using Stage stage = new(null, ("robot.limits.joint_collision_nm", "[90, 90, 90, 90, 90, 90, 90]"),
            ("robot.limits.collision_force_n", "100"), ("robot.limits.collision_torque_nm", "40"));
        stage.Session.Stop();
        stage.Advance(1000);
        stage.Watch(body);
        stage.Robot.Push(body, forceN);
        var stop = stage.Until(() => stage.Latest.Fault.Code == FaultCode.StandstillLost);
        stage.Advance(20);
        var braked = stage.MovedM;
        stage.Advance(1000);
        return new(stage.Latest.Fault, stop, 0,
            $"{body} moved {braked * 1e3:F0} mm until it was braked, {stage.MovedM * 1e3:F0} mm against closed brakes in a second more",
            stage.Latest.Gate == GateState.PowerRemoved);
    }

    private static IEnumerable<(string Body, string At, double N)> Pushes() =>
        from at in new[] { ("hand", "hand"), ("link4", "elbow") } from n in new[] { 3.0, 5.0, 10.0 } select (at.Item1, at.Item2, n);

    /// <summary>
    /// Something leans on an arm that stops, from each of six sides, at rest and moving.
    /// Tells how far the arm gives way in five seconds or until its brakes are closed.
    /// </summary>
    private static FaultSighting StoppedUnderPush(string body, double n)
    {
        var (standing, moving, slowest, braked, stops, seen) = (0.0, 0.0, 0.0, 0, 0, default(FaultSighting));
        foreach (var moves in (ReadOnlySpan<bool>)[false, true])
            foreach (var side in (ReadOnlySpan<Vector3D>)[new(n, 0, 0), new(-n, 0, 0), new(0, n, 0), new(0, -n, 0), new(0, 0, n), new(0, 0, -n)])
            {
                using Stage stage = new(null, ("robot.limits.workspace", Wide));
                var home = stage.Session.Home;
                stage.Robot.Push(body, side);
                if (moves) stage.Session.MoveTo(home with { Position = home.Position + new Vector3D(0, 0.15, 0) }, timeoutS: 0.4);
                else stage.Advance(500);
                stage.Watch(body);
                stage.Session.Stop();
                var one = stage.See();
                // Closed brakes give way in simulation as real ones do not: what counts is how far it came until then.
                if (stage.Until(() => stage.Latest.Gate == GateState.PowerRemoved) is not null) braked++;
                stage.Advance(20);
                seen ??= one;
                stops++;
                slowest = Math.Max(slowest, one.StandstillMs ?? double.PositiveInfinity);
                if (moves) moving = Math.Max(moving, stage.MovedM);
                else standing = Math.Max(standing, stage.MovedM);
            }
        return seen! with
        {
            StandstillMs = double.IsFinite(slowest) ? slowest : null,
            Answer = $"{body} gave way by {standing * 1e3:F0} mm at most from rest, {moving * 1e3:F0} mm in motion, of six directions; "
                + $"braked {braked} times of {stops}",
            IsAnswered = Math.Max(standing, moving) < GaveWayM,
        };
    }

    private static FaultSighting Absurd(Func<CartesianTarget, CartesianTarget> absurd)
    {
        using Stage stage = new(null);
        stage.Watch("hand");
        var now = stage.Latest.Time;
        stage.Cycle.Heartbeats.Publish(new(now, CommandingState.Commanding));
        stage.Cycle.Targets.Publish(absurd(new(stage.Session.Home, now, now.Plus(200_000_000), stage.Session.Stiffness, default, ActionSource.Policy, 1_000)));
        var seen = stage.See();
        var cleared = stage.Session.OperatorReset("operator") && stage.Session.MoveTo(stage.Session.Home);
        return seen with
        {
            Answer = $"hand moved {stage.MovedM * 1e3:F1} mm; cleared, it {(cleared ? "goes on" : "does not go on")}",
            IsAnswered = cleared && stage.MovedM < 0.02,
        };
    }

    private static FaultSighting LedBack(double[] posture, params (string, string)[] overrides)
    {
        using Stage stage = new(null, overrides, start: false);
        stage.Robot.PlaceArm(posture);
        var seen = stage.See();
        stage.Session.OperatorReset("operator");
        var stuck = stage.Session.IsStopped;
        stage.Advance(1000);
        var fastest = 0.0;
        stage.AfterTick = () =>
        {
            for (var i = 0; i < Joints.Max; i++) fastest = Math.Max(fastest, Math.Abs(stage.Latest.Measured.Velocity[i]));
        };
        var seconds = 0.0;
        for (; seconds < 30 && stage.Session.Retreat("operator"); seconds += 0.1) stage.Advance(100);
        stage.Advance(1000);
        var free = stage.Session.OperatorReset("operator");
        stage.Advance(200);
        free &= !stage.Session.IsStopped;
        return seen with
        {
            Answer = $"stuck before, led back at {fastest:F2} rad/s at most, then {(free ? "free" : "still stuck")}",
            IsAnswered = stuck && free && fastest < 0.5,
        };
    }

    private static FaultSighting LetGo()
    {
        using Stage stage = new(null, [], start: false);
        stage.Robot.PlaceArm([0.5, -0.04, 0, -2.33, 0, 2.29, 0.785]);
        var seen = stage.See();
        stage.Advance(500);
        stage.Session.Retreat("operator");
        stage.Advance(100);
        var moving = stage.Latest.Gate == GateState.Retreating;
        stage.Watch("hand");
        var stop = stage.Until(() => stage.Latest.Gate is GateState.Held or GateState.PowerRemoved);
        return seen with { Answer = $"held again {stop:F0} ms after its last sign, {stage.MovedM * 1e3:F1} mm on", IsAnswered = moving && stop < 600 };
    }

    private static FaultSighting GuidedOut()
    {
        using Stage stage = new(null);
        stage.Robot.Push("hand", new(0, 12, 0));
        stage.Watch("hand");
        var ms = 0;
        for (; ms < 10_000 && !stage.Session.IsStopped; ms += 50)
        {
            stage.Session.Guide("operator");
            stage.Advance(50);
        }
        stage.Robot.Push("hand", default);
        var stand = stage.Until(() => stage.Latest.Gate is GateState.Held or GateState.PowerRemoved);
        return new(stage.Latest.Fault, ms, stand, $"went along for {stage.MovedM * 1e3:F0} mm", stage.MovedM > 0.05);
    }

    private static JointPositions Each(double rad)
    {
        JointPositions q = default;
        for (var i = 0; i < Joints.Max; i++) q[i] = rad;
        return q;
    }

    /// <summary>The shipped reach task's arm in virtual time.</summary>
    private sealed class Stage : IDisposable, IPlant
    {
        private int _body;
        private Vector3D _from;

        public Stage(double[]? posture, params (string, string)[] overrides) : this(posture, overrides, start: true) { }

        /// <param name="posture">Where the arm stands; null for home.</param>
        /// <param name="overrides">Of the configuration.</param>
        /// <param name="start">Whether the loop has run already.</param>
        public Stage(double[]? posture, (string, string)[] overrides, bool start)
        {
            var configuration = RunConfiguration.Load(ShippedFiles.Configuration("sim/reach.yaml"), overrides);
            Robot = new MujocoRobot(configuration.Robot, configuration.Task.ScenePath);
            Cycle = new(Robot, new LockstepPacer(this), configuration.Task.EndEffectorInFlange);
            Session = new(Cycle, configuration.Task);
            if (posture is not null) Robot.PlaceArm(posture);
            if (!start) return;
            Session.Rebase();
            Session.SignOff();
            Advance(1);
        }

        public MujocoRobot Robot { get; }
        public ControlCycle Cycle { get; }
        public ControlSession Session { get; }
        public Action? AfterTick { get; set; }
        public double MovedM { get; private set; }
        public ref readonly ControlRecord Latest => ref Session.Latest;
        public Stamp Now => Robot.Now;

        public void Step()
        {
            Robot.Step();
            if (_body > 0) MovedM = Math.Max(MovedM, (Robot.Data.BodyPose(_body).Position - _from).Length);
            if (Cycle.Records.Count > 0) AfterTick?.Invoke();
        }

        /// <summary>From now on, how far a body of the arm gets.</summary>
        public void Watch(string body) => (_body, _from, MovedM) = (Robot.Model.Body(body), Robot.Data.BodyPose(Robot.Model.Body(body)).Position, 0);

        public void Advance(int ticks) => Session.Advance(ticks);

        public double? Until(Func<bool> holds, int most = 5000)
        {
            for (var tick = 1; tick <= most; tick++)
            {
                Advance(1);
                if (holds()) return tick * PeriodMs;
            }
            return null;
        }

        /// <summary>Until the robot stops, and until it stands.</summary>
        public FaultSighting See()
        {
            var stop = Until(() => Session.IsStopped);
            if (stop is null) return new(default, null, null);
            var fault = Latest.Fault;
            var stand = Latest.Gate is GateState.Held or GateState.PowerRemoved ? 0 : Until(() => Latest.Gate is GateState.Held or GateState.PowerRemoved);
            return new(fault, stop, stand);
        }

        public void Dispose() => Robot.Dispose();
    }
}

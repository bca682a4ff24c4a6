using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Critic;
using RobotRL.Model;
using RobotRL.Safety;
using RobotRL.Sensing;
using RobotRL.Sessions.Runs;
using RobotRL.Tasks;

namespace RobotRL.Lab.Ablation;

/// <summary>
/// A task of the simulated arm, through the whole stack. A violation is a force above the task's limit in any control period, measured here and not by what
/// protects. The policy sees no images: instead, where it is relative to the goal.
/// </summary>
internal sealed class ArmBench : IBench
{
    private const double Unsteadiness = 0.25;

    private readonly SimulatedCell _cell;
    private readonly IExpert _expert;
    private readonly SafetyFeatures _features;
    private readonly Leash _leash;
    private readonly HarmRecorder _recorder;
    private readonly double _forceLimitN;
    private readonly float[] _shake = new float[ActionSpace.Axes];
    private RandomStream _hand = new(0);
    private bool _violated, _success;
    private double _progress;

    public ArmBench(RunConfiguration configuration, double forceLimitN)
    {
        _cell = new(configuration, Pace.Lockstep);
        (_forceLimitN, _recorder) = (forceLimitN, new(forceLimitN));
        _expert = Experts.For(configuration.Task.Kind, configuration.Task.Actions);
        _features = new(configuration.Task, configuration.Robot.Limits.Stiffness);
        _leash = Leash.Of(configuration.Robot.Impedance);
    }

    public ActionSpace Actions => _cell.Configuration.Task.Actions;
    public LearnerParameters Learner => _cell.Configuration.Learner;
    public int MaxSteps => _cell.Configuration.Task.MaxSteps;
    public double DecisionS => _cell.Configuration.Task.DecisionPeriodNs * 1e-9;

    /// <summary>Largest force since the episode began, N.</summary>
    public double PeakForceN { get; private set; }

    /// <summary>Asks for so much of the stiffness above the softest, until the next episode: as a reflex leaves it.</summary>
    public void Soften(double share)
    {
        var (robot, wanted) = (_cell.Configuration.Robot, CartesianStiffness.Of(_cell.Configuration.Robot.Impedance));
        var limits = robot.Limits.Stiffness;
        _cell.Arms[0].Session.Stiffness = wanted.Softened(new(limits.TranslationMinNM, limits.RotationMinNmRad, wanted.DampingRatio), 1 - share);
    }

    public Observation Begin(ulong seed)
    {
        Soften(1);
        _cell.BeginEpisode(seed);
        _expert.Reset();
        _hand = new(seed);
        _recorder.Clear();
        (_violated, _success, PeakForceN, _progress) = (false, false, 0, _cell.Truth.Progress);
        return Observe();
    }

    public BenchStep Step(in ArmAction proposed)
    {
        var control = _cell.Arms[0].Session;
        control.BeginDecision(proposed, proposed, ActionSource.Policy);
        var (part, flagged) = (control.TicksPerDecision / HarmRecorder.Phases, false);
        for (var phase = 0; phase < HarmRecorder.Phases && !_violated; phase++)
        {
            var (peak, features, acted) = (0.0, new float[SafetyFeatures.Count], false);
            for (var tick = 0; tick < part; tick++)
            {
                control.Advance(1);
                ref readonly var now = ref control.Latest;
                if (tick == 0) Look(now, features);
                peak = Math.Max(peak, now.Measured.ExternalWrenchInEndEffector.Force.Length);
                flagged |= IsFlagged(now);
                // How an arm brakes says nothing of the motion that the features tell of, unless that motion has done its harm already.
                acted |= now.Reflex.IsActing || (now.Gate != GateState.Running && peak <= _forceLimitN);
            }
            _recorder.Add(features, peak, acted);
            PeakForceN = Math.Max(PeakForceN, peak);
            _violated |= peak > _forceLimitN;
        }
        var executed = control.EndDecision();
        _success = !_violated && _cell.Truth.Success;
        // Progress tells a policy that was held up where the way goes on; the sum over an episode does not depend on the way.
        var before = _progress;
        _progress = _cell.Truth.Progress;
        return new(
            Next: Observe(), Executed: executed.Executed, Reward: (float)(_progress - before) + (_success ? 1 : 0),
            Violated: _violated, Success: _success,
            Stop: !_violated && !_success && control.IsStopped ? control.Latest.Fault.Code : FaultCode.None, Flagged: flagged);
    }

    /// <summary>
    /// The expert with an unsteady hand: from slips that are corrected, a policy learns to correct its own. The hand trembles in proportion to the motion, as
    /// motor noise does (Harris and Wolpert, Nature 394, 1998). A hand that trembled in fine motion too would never find a hole.
    /// </summary>
    public ArmAction Demonstrate()
    {
        var action = _expert.Act(_cell.Truth.Arms[0]);
        _hand.FillNormal(_shake);
        var effort = Actions.ActiveAxes.Max(axis => Math.Abs(action.Motion[axis]));
        foreach (var axis in Actions.ActiveAxes) action.Motion[axis] = (float)Math.Clamp(action.Motion[axis] + Unsteadiness * effort * _shake[axis], -1, 1);
        return action;
    }

    public void Adopt(SafetyCritic critic) => _cell.Safety.Critics.Publish(critic);

    public IReadOnlyList<HarmEpisode> Experience() => _recorder.Chains(_success);

    public void Dispose() => _cell.Dispose();

    private void Look(in Control.ControlRecord now, float[] features)
    {
        var pose = now.EndEffector.PoseInBase;
        _features.WriteState(features, now.Measured.ExternalWrenchInEndEffector, pose, now.EndEffector.TwistInBase, now.Target.StartInBase);
        _features.WriteAction(features, _leash.Hold(now.Reference.PoseInBase, pose), now.Target.PoseInBase);
        _features.WriteStiffness(features, now.Stiffness);
    }

    private static bool IsFlagged(in Control.ControlRecord now) => now.Reflex.State != ReflexState.Following;

    private Observation Observe()
    {
        var seen = _cell.Observe();
        ref readonly var truth = ref _cell.Truth.Arms[0];
        var relative = truth.GoalInBase.Inverse * truth.EndEffectorInBase;
        var (scale, values) = (_cell.Configuration.Task.Scale, (float[])seen.Proprioception.Clone());
        var turn = relative.Orientation.ToVector();
        for (var axis = 0; axis < 3; axis++)
            (values[axis], values[3 + axis]) = ((float)(relative.Position[axis] / scale.PositionM), (float)(turn[axis] / scale.RotationRad));
        return new(seen.Time, values, []);
    }
}

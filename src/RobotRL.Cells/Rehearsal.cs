using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Cells;

/// <summary>
/// Goes through motion, stop, reset and rebase on an arm that is none, before the real loop begins: what runs for the first time is compiled then, and
/// compiling takes many periods.
/// </summary>
internal static class Rehearsal
{
    public static void Run(RunConfiguration configuration)
    {
        Run(configuration, null);
        if (configuration.Safety is not { } safety) return;
        var critics = new CriticCell();
        critics.Publish(new FickleCritic((int)(safety.TriggerNs / configuration.Robot.ControlPeriodNs)));
        var rehearsed = safety with { Mode = CriticMode.On, RiskThreshold = 0.5, FeasibilityThreshold = 0 };
        Run(configuration, new Reflex(rehearsed, configuration.Task, configuration.Robot, critics));
        new SafetyCritic(Blank).Query(new float[SafetyFeatures.Count]);
    }

    private static void Run(RunConfiguration configuration, Reflex? reflex)
    {
        using var robot = new LoopbackRobot(configuration.Robot, configuration.Task.EndEffectorInFlange);
        var cycle = new ControlCycle(
            robot, new LockstepPacer(robot), configuration.Task.EndEffectorInFlange, recordsKept: 16,
            new CycleParts { Reflex = reflex, Beside = configuration.Task.Beside(0) });
        var session = new ControlSession(cycle, configuration.Task);
        session.BeginEpisode(session.Home);
        var action = configuration.Task.Actions.Rest;
        for (var i = 0; i < 6; i++)
        {
            action.Motion[0] = i % 2 == 0 ? 0.5f : -0.5f;
            session.Decide(action, action, ActionSource.Policy);
        }
        session.Stop();
        session.Advance(1000);
        session.AutomaticReset();
        session.OperatorReset("rehearsal");
        session.Rebase();
    }

    private static CriticWeights Blank
    {
        get
        {
            var network = new PerceptronWeights(
                new float[256 * SafetyFeatures.Count], new float[256], new float[256 * 256], new float[256], new float[256], new float[1]);
            return new()
            {
                Inputs = SafetyFeatures.Count,
                Version = 0,
                RiskThreshold = 0.5,
                FeasibilityThreshold = 0,
                Risk1 = network,
                Risk2 = network,
                Feasibility1 = network,
                Feasibility2 = network,
                Canary = new(new float[SafetyFeatures.Count], [0.5f], [0]),
            };
        }
    }

    /// <summary>Finds risky for as long as it takes to start a reflex, then nothing for a while: the rehearsal goes through every state but the stop.</summary>
    private sealed class FickleCritic(int triggerTicks) : ICritic
    {
        private int _asked;

        public int Inputs => SafetyFeatures.Count;
        public long Version => 0;
        public double RiskThreshold => 0.5;
        public double FeasibilityThreshold => 0;
        public bool HasRecovery => true;

        public RiskEstimate Query(ReadOnlySpan<float> features) => new(_asked++ % (2 * triggerTicks + 40) < Math.Max(1, triggerTicks) ? 1 : 0, -1);

        public void Recover(ReadOnlySpan<float> state, Span<float> action) => action.Fill(0.1f);
    }
}

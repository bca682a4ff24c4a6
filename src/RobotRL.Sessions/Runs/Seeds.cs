using RobotRL.Model;

namespace RobotRL.Sessions.Runs;

/// <summary>What a random stream is for: each use has its own, so that none disturbs another.</summary>
public enum SeedUse : ulong
{
    Learner = 1,
    Sampling,
    Demonstrations,
    Demonstration,
    Online,
    Evaluation,
    PolicyNoise,
    OperatorNoise,
    Critic,
}

/// <summary>
/// Seeds derived from a run's seed: every episode's draws follow from (run seed, use, index) alone, so that a resumed run needs no saved state for
/// them.
/// </summary>
public static class Seeds
{
    public static ulong Derive(ulong runSeed, SeedUse use, ulong index = 0) => SplitMix64.Derive(runSeed, (ulong)use, index);
}

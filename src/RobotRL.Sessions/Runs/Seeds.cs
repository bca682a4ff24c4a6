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

/// <summary>Seeds derived from a run's seed: every episode's draws follow from (run seed, use, index) alone, so that a resumed run needs no saved state for them.</summary>
public static class Seeds
{
    public static ulong Derive(ulong runSeed, SeedUse use, ulong index = 0) => Mix(Mix(Mix(runSeed) + (ulong)use) + index);

    // SplitMix64's finaliser.
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

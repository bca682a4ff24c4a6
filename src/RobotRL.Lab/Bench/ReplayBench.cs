namespace RobotRL.Lab.Bench;

/// <summary>Storing a step and drawing a batch.</summary>
public static class ReplayBench
{
    public static ReplayFigures Measure(bool brief) => brief ? ReplayFigures.Measure(batchSize: 256, transitions: 500, batches: 5) : ReplayFigures.Measure();
}

using RobotRL.Sensing;

namespace RobotRL.Lab.Bench;

/// <summary>The observables that a camera frame passes on its way to the policy.</summary>
/// <param name="FramesPerS">On one thread.</param>
/// <param name="BytesPerFrame">Managed bytes allocated a frame, the kept image included.</param>
/// <param name="ImageBytes">Of these, the pixels of that image.</param>
public sealed record PipelineFigures(double FramesPerS, double BytesPerFrame, int ImageBytes);

public static class PipelineBench
{
    public static PipelineFigures Measure(bool brief)
    {
        var result = PipelineBenchmark.Run(brief ? 100 : 5000);
        return new(result.FramesPerS, result.BytesPerFrame, result.ImageBytes);
    }
}

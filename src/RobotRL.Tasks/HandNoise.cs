using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>
/// A hand's unsteadiness: an Ornstein–Uhlenbeck process on each axis. Its size goes with the size of the motion, as motor noise does
/// (Harris and Wolpert, Nature 394, 1998): less across it than along it, and a little is left at rest.
/// </summary>
internal sealed class HandNoise(double deviation, ulong seed)
{
    private const double CorrelationS = 0.5;
    private const double AcrossShare = 0.3;
    private const double RestShare = 0.05;
    private const double TwoToMinus53 = 1.0 / (1L << 53);
    private readonly double[] _offsets = new double[ActionSpace.Axes];
    private Stamp _last;

    /// <summary>The whole state of the random source: SplitMix64.</summary>
    public ulong State { get; set; } = seed;

    public void BeginEpisode(Stamp time)
    {
        _last = time;
        for (var axis = 0; axis < _offsets.Length; axis++) _offsets[axis] = Normal();
    }

    public ArmAction Shake(in ArmAction action, ActionSpace actions, Stamp time)
    {
        var kept = Math.Exp(-time.Since(_last) * 1e-9 / CorrelationS);
        _last = time;
        var fresh = Math.Sqrt(1 - kept * kept);
        var size = 0.0;
        foreach (var axis in actions.ActiveAxes) size = Math.Max(size, Math.Abs(action.Motion[axis]));
        var shaken = action;
        for (var axis = 0; axis < _offsets.Length; axis++) _offsets[axis] = kept * _offsets[axis] + fresh * Normal();
        foreach (var axis in actions.ActiveAxes)
        {
            var share = Math.Max(Math.Abs(action.Motion[axis]), Math.Max(AcrossShare * size, RestShare));
            shaken.Motion[axis] = (float)Math.Clamp(action.Motion[axis] + deviation * share * _offsets[axis], -1, 1);
        }
        return shaken;
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>In (0, 1].</summary>
    private double Uniform()
    {
        var z = State += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * TwoToMinus53 + TwoToMinus53;
    }
}

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
    private readonly double[] _offsets = new double[ActionSpace.Axes];
    private SplitMix64 _random = new(seed);
    private Stamp _last;

    /// <summary>The whole state of the random source.</summary>
    public ulong State { get => _random.State; set => _random.State = value; }

    public void BeginEpisode(Stamp time)
    {
        _last = time;
        for (var axis = 0; axis < _offsets.Length; axis++) _offsets[axis] = _random.NextNormal();
    }

    public ArmAction Shake(in ArmAction action, ActionSpace actions, Stamp time)
    {
        var kept = Math.Exp(-time.Since(_last) * 1e-9 / CorrelationS);
        _last = time;
        var fresh = Math.Sqrt(1 - kept * kept);
        var size = 0.0;
        foreach (var axis in actions.ActiveAxes) size = Math.Max(size, Math.Abs(action.Motion[axis]));
        var shaken = action;
        for (var axis = 0; axis < _offsets.Length; axis++) _offsets[axis] = kept * _offsets[axis] + fresh * _random.NextNormal();
        foreach (var axis in actions.ActiveAxes)
        {
            var share = Math.Max(Math.Abs(action.Motion[axis]), Math.Max(AcrossShare * size, RestShare));
            shaken.Motion[axis] = (float)Math.Clamp(action.Motion[axis] + deviation * share * _offsets[axis], -1, 1);
        }
        return shaken;
    }
}

using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>
/// A hand's unsteadiness: an Ornstein–Uhlenbeck process on each axis. Its size goes with the size of the motion, as motor noise does
/// (Harris and Wolpert, Nature 394, 1998): less across it than along it, and a little is left at rest.
/// </summary>
/// <param name="deviation">Its size, in action units.</param>
/// <param name="seed">Of its random source.</param>
/// <param name="arms">How many arms the hands hold.</param>
internal sealed class HandNoise(double deviation, ulong seed, int arms)
{
    private const double CorrelationS = 0.5;
    private const double AcrossShare = 0.3;
    private const double RestShare = 0.05;
    private readonly double[] _offsets = new double[arms * ActionSpace.Axes];
    private SplitMix64 _random = new(seed);
    private Stamp _last;

    /// <summary>The whole state of the random source.</summary>
    public ulong State { get => _random.State; set => _random.State = value; }

    public void BeginEpisode(Stamp time)
    {
        _last = time;
        for (var axis = 0; axis < _offsets.Length; axis++) _offsets[axis] = _random.NextNormal();
    }

    public PolicyAction Shake(in PolicyAction action, ActionLayout actions, Stamp time)
    {
        var kept = Math.Exp(-time.Since(_last) * 1e-9 / CorrelationS);
        _last = time;
        var fresh = Math.Sqrt(1 - kept * kept);
        for (var i = 0; i < _offsets.Length; i++) _offsets[i] = kept * _offsets[i] + fresh * _random.NextNormal();
        var shaken = action;
        for (var arm = 0; arm < arms; arm++) Shake(ref shaken[arm], actions.Arms[arm], _offsets.AsSpan(arm * ActionSpace.Axes));
        return shaken;
    }

    private void Shake(ref ArmAction action, ActionSpace actions, ReadOnlySpan<double> offsets)
    {
        var size = 0.0;
        foreach (var axis in actions.ActiveAxes) size = Math.Max(size, Math.Abs(action.Motion[axis]));
        foreach (var axis in actions.ActiveAxes)
        {
            var share = Math.Max(Math.Abs(action.Motion[axis]), Math.Max(AcrossShare * size, RestShare));
            action.Motion[axis] = (float)Math.Clamp(action.Motion[axis] + deviation * share * offsets[axis], -1, 1);
        }
    }
}

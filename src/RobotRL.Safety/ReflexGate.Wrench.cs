using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>The wrench that is exerted beside the spring.</summary>
public sealed partial class ReflexGate
{
    private readonly WrenchLimiter _wrench;

    /// <summary>What passed in this tick, of the end effector in its own frame: N, Nm.</summary>
    public ref readonly Wrench FeedForwardInEndEffector => ref _wrench.Current;

    /// <summary>The same in base axes.</summary>
    public Wrench FeedForwardInBase => _wrench.Current.Rotated(_arm.EndEffectorInBase.Orientation);

    /// <summary>
    /// Moves the wrench one period toward what the target asks for; after <see cref="Stiffen"/>, whose energy tank pays for its work. An arm that nobody
    /// commands, that is stopped, led or held back by a reflex exerts none, at once.
    /// </summary>
    /// <param name="isReplaced">Whether a reflex has something else done than what was asked for.</param>
    public LimitFlags Push(bool isReplaced)
    {
        if (!IsCommanded || isReplaced || !IsCompliant)
        {
            var hadAny = _wrench.Current != Wrench.Zero;
            _wrench.Release();
            return hadAny ? LimitFlags.Wrench : LimitFlags.None;
        }
        var toTool = _arm.EndEffectorInBase.Orientation.Inverse;
        return _wrench.Step(_contact.Severity, new(toTool.Rotate(_measuredTwist.Linear), toTool.Rotate(_measuredTwist.Angular)), _stiffness);
    }
}

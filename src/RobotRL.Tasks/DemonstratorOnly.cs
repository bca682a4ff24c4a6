using RobotRL.Model;
using RobotRL.Teleop;

namespace RobotRL.Tasks;

/// <summary>Records the demonstrations and then goes away: nobody corrects the policy.</summary>
public sealed class DemonstratorOnly(ITeleoperator demonstrator) : ITeleoperator
{
    private bool _present;

    public string Identity => demonstrator.Identity;

    /// <summary>Nobody is there who could look at what stopped the robot, in a demonstration either.</summary>
    public bool ClearsStops => false;

    public void BeginEpisode(EpisodeKind kind)
    {
        _present = kind == EpisodeKind.Demonstration;
        demonstrator.BeginEpisode(kind);
    }

    public OperatorCommand Poll(in OperatorView view) => _present ? demonstrator.Poll(view) : OperatorCommand.Watching;
}

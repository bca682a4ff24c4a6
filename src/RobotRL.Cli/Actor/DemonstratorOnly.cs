using RobotRL.Model;
using RobotRL.Teleop;

namespace RobotRL.Cli.Actor;

/// <summary>Records the demonstrations and then goes away: nobody corrects the policy.</summary>
internal sealed class DemonstratorOnly(ITeleoperator demonstrator) : ITeleoperator
{
    private bool _present;

    public string Identity => demonstrator.Identity;

    /// <summary>Only while it demonstrates is anybody there.</summary>
    public bool ClearsStops => _present && demonstrator.ClearsStops;

    public void BeginEpisode(EpisodeKind kind)
    {
        _present = kind == EpisodeKind.Demonstration;
        demonstrator.BeginEpisode(kind);
    }

    public OperatorCommand Poll(in OperatorView view) => _present ? demonstrator.Poll(view) : OperatorCommand.Watching;
}

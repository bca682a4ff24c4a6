using RobotRL.Configuration;
using RobotRL.Critic;
using RobotRL.Sessions.Runs;

namespace RobotRL.Sessions.Replaying;

/// <summary>The configuration that a run began with. Where its critic was moved or trained anew since, the run's own copy takes its place.</summary>
public static class RecordedConfiguration
{
    private const string CriticKey = "safety.critic";

    /// <exception cref="BadInputException">What the run was configured with is not there any more.</exception>
    /// <exception cref="ConfigurationException">An override cannot be used.</exception>
    public static RunConfiguration Of(RunDirectory run, IReadOnlyList<(string Key, string Value)> overrides)
    {
        (string, string)[]? kept = null;
        if (!Fits(run, []))
        {
            kept = Kept(run).Select(folder => ((string, string)[])[(CriticKey, folder)]).FirstOrDefault(o => Fits(run, o))
                ?? throw new BadInputException($"{run.ConfigPath}: does not give the run's configuration {run.Identity.ConfigHash[..12]}… any more; "
                    + "restore it, and the files it names, as they were");
        }
        return RunConfiguration.Load(run.ConfigPath, [.. kept ?? [], .. overrides]);
    }

    private static bool Fits(RunDirectory run, IReadOnlyList<(string, string)> overrides)
    {
        try
        {
            return RunConfiguration.Load(run.ConfigPath, overrides).Hash == run.Identity.ConfigHash;
        }
        catch (ConfigurationException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Kept(RunDirectory run) => Directory.Exists(run.Critics)
        ? Directory.EnumerateDirectories(run.Critics).Where(folder => File.Exists(Path.Combine(folder, CriticFile.Manifest))).Order(StringComparer.Ordinal)
        : [];
}

using System.Globalization;
using RobotRL.Model;
using RobotRL.Sessions.Acting;

namespace RobotRL.Sessions.Training;

/// <summary>A session's figures as people read them.</summary>
public static class TrainingWords
{
    /// <summary>What the session is at, in words.</summary>
    public static string Phase(TrainingStatus status)
    {
        var of = status.Goal is { } goal ? $" of {goal:N0}" : "";
        var left = double.IsNaN(status.RemainingS) ? "" : $", {Clock(status.RemainingS)} left at most";
        return status.Phase switch
        {
            TrainingPhase.Starting => "starting",
            TrainingPhase.Demonstrations => $"demonstrations: {status.Done:N0}{of} recorded",
            TrainingPhase.AwaitingLearner => "waiting for the learner's process; start one with: robotrl learner RUN",
            TrainingPhase.Pretraining => $"pretraining: {status.Done:N0}{of} steps{left}; the arm holds",
            TrainingPhase.Paused => "paused by the operator; P goes on",
            _ => $"learning: {status.Done:N0}{of} steps{left}",
        };
    }

    /// <summary>The episode under way, for whoever sits at the keys.</summary>
    public static string Episode(EpisodeStatus? episode) => episode is not { } now ? "no episode under way: nothing to do"
        : string.Create(CultureInfo.InvariantCulture, $"{now.TimeS:F1} s{(double.IsNaN(now.LeftS) ? "" : $", {now.LeftS:F1} s left")}, force {now.ForceN:F1} N")
            + (StopWords.Of(now.Held) is { Length: > 0 } held ? $", held back by: {held}" : "")
            + (now.Stop != FaultCode.None ? $", STOPPED: {StoppedArm.Words(now.StoppedArm)}{now.Stop}" : "");

    /// <summary>Success over all online episodes, the earliest at the left.</summary>
    public static string Sparkline(IReadOnlyList<float> history, int width)
    {
        const string levels = "▁▂▃▄▅▆▇█";
        var text = new char[Math.Min(Math.Clamp(width, 10, 100), history.Count)];
        for (var i = 0; i < text.Length; i++)
        {
            var value = history[(int)((long)i * history.Count / text.Length)];
            text[i] = float.IsFinite(value) ? levels[(int)Math.Round(value * (levels.Length - 1))] : ' ';
        }
        return new string(text);
    }

    public static string Clock(double seconds) => $"{TimeSpan.FromSeconds(Math.Min(seconds, 359_999)):hh\\:mm\\:ss}";

    public static string Seconds(double value) => double.IsNaN(value) ? "–" : $"{value:F1} s";

    public static string Figure(double value) => double.IsNaN(value) ? "–" : value.ToString("G3", CultureInfo.InvariantCulture);

    public static string Percent(double value) => double.IsNaN(value) ? "–" : $"{100 * value:F0} %";
}

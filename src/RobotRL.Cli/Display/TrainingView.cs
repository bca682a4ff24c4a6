using System.Diagnostics;
using RobotRL.Sessions.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RobotRL.Cli.Display;

/// <summary>
/// Shows training as it goes: a live table on a terminal, a line every few seconds elsewhere. Written to stderr. One thread, the actor's, reports.
/// </summary>
internal sealed class TrainingView(IAnsiConsole console, Func<string>? hands = null) : ITrainingView
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(15);

    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly List<double> _successHistory = [];
    private TimeSpan _lastLine = -LineEvery;
    private LiveDisplayContext? _live;
    private TrainingStatus _status;

    /// <summary>On this process's terminal.</summary>
    public static ITrainingView OnTerminal(Func<string>? hands) => new TrainingView(Terminal.Log, hands);

    /// <inheritdoc/>
    public void While(Action body)
    {
        if (!console.Profile.Capabilities.Interactive)
        {
            body();
            Print();
            return;
        }
        console.Live(new Text("starting")).Start(context =>
        {
            _live = context;
            body();
            context.UpdateTarget(Table());
        });
    }

    public void Report(in TrainingStatus status, bool episodeEnded)
    {
        _status = status;
        if (episodeEnded && !double.IsNaN(status.SuccessRate)) _successHistory.Add(status.SuccessRate);
        if (_elapsed.Elapsed - _lastLine < (_live is null ? LineEvery : TimeSpan.FromSeconds(0.5))) return;
        if (_live is null) Print();
        else _live.UpdateTarget(Table());
        _lastLine = _elapsed.Elapsed;
    }

    private void Print() => console.Profile.Out.Writer.WriteLine(
        $"{_elapsed.Elapsed:hh\\:mm\\:ss} {_status.Phase}: {Steps()} steps, {_status.Episodes} episodes, " +
        $"success {Percent(_status.SuccessRate)}, interventions {Percent(_status.InterventionFraction)} of steps, cycle {Seconds(_status.CycleTimeS)}, " +
        $"{_status.LearnerSteps} updates, critic loss {_status.CriticLoss:G3}, entropy {_status.Entropy:F2}");

    private Rows Table()
    {
        var grid = new Grid().AddColumn().AddColumn().AddColumn().AddColumn();
        void Row(string a, string b, string c, string d) => grid.AddRow(new Markup($"[grey]{a}[/]"), new Text(b), new Markup($"[grey]{c}[/]"), new Text(d));
        Row("phase", _status.Phase, "elapsed", $"{_elapsed.Elapsed:hh\\:mm\\:ss}");
        Row("environment steps", Steps(), "updates", $"{_status.LearnerSteps}");
        Row("episodes", $"{_status.Episodes}", "critic loss", $"{_status.CriticLoss:G3}");
        Row("success, no help", Percent(_status.SuccessRate), "entropy", $"{_status.Entropy:F2}");
        Row("interventions", $"{Percent(_status.InterventionFraction)} of steps", "cycle time", Seconds(_status.CycleTimeS));
        List<IRenderable> rows = [new Rule("[bold]RobotRL[/] training") { Justification = Justify.Left }, grid, new Text($"success  {Sparkline()}")];
        if (hands is not null) rows.Add(new Text(hands(), new Style(Color.Yellow)));
        rows.Add(new Markup("[grey]Ctrl+C saves and stops; the same command goes on.[/]"));
        return new Rows(rows);
    }

    private string Sparkline()
    {
        const string levels = " ▁▂▃▄▅▆▇█";
        const int width = 60;
        var text = new char[Math.Min(width, _successHistory.Count)];
        for (var i = 0; i < text.Length; i++)
        {
            var value = _successHistory[(int)((long)i * _successHistory.Count / text.Length)];
            text[i] = levels[(int)Math.Round(value * (levels.Length - 1))];
        }
        return new string(text);
    }

    private string Steps() => _status.EnvStepGoal == long.MaxValue ? $"{_status.EnvSteps}" : $"{_status.EnvSteps} of {_status.EnvStepGoal}";

    private static string Seconds(double value) => double.IsNaN(value) ? "–" : $"{value:F1} s";

    private static string Percent(double value) => double.IsNaN(value) ? "–" : $"{value:P0}";
}

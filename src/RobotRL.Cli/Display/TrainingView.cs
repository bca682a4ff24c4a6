using System.Globalization;
using RobotRL.Sessions.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RobotRL.Cli.Display;

/// <summary>
/// Shows training as it goes, on stderr: a live table on a terminal of any width from 60 columns, a line every few seconds elsewhere, and in both all that
/// happens
/// in words. One thread, the actor's, reports.
/// </summary>
internal sealed class TrainingView(IAnsiConsole console, Func<string>? hands = null) : ITrainingView
{
    private const double LineEveryS = 15, TableEveryS = 0.5;
    private const int MostNotices = 6;

    private readonly Queue<string> _notices = [];
    private double _shownAt = double.NegativeInfinity;
    private LiveDisplayContext? _live;
    private TrainingStatus _status = new() { Phase = TrainingPhase.Starting };
    private bool _isShown = true;

    /// <summary>On this process's terminal.</summary>
    public static ITrainingView OnTerminal(Func<string>? hands) => new TrainingView(Terminal.Log, hands);

    /// <inheritdoc/>
    public void While(Action body)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Out.IsTerminal)
        {
            body();
            if (!_isShown) Print();
            return;
        }
        console.Live(new Text("starting")).Start(context =>
        {
            _live = context;
            body();
            context.UpdateTarget(Table());
        });
        _live = null;
    }

    public void Report(TrainingStatus status)
    {
        var isNew = status.Phase != _status.Phase;
        (_status, _isShown) = (status, false);
        if (!isNew && status.ElapsedS - _shownAt < (_live is null ? LineEveryS : TableEveryS)) return;
        if (_live is null) Print();
        else _live.UpdateTarget(Table());
        (_shownAt, _isShown) = (status.ElapsedS, true);
    }

    public void Tell(string line)
    {
        var at = $"{TrainingWords.Clock(_status.ElapsedS)} {Terminal.Cell(line)}";
        if (_live is null) console.Profile.Out.Writer.WriteLine(at);
        _notices.Enqueue(at);
        if (_notices.Count > MostNotices) _notices.Dequeue();
        _live?.UpdateTarget(Table());
    }

    private void Print() => console.Profile.Out.Writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{TrainingWords.Clock(_status.ElapsedS)} {TrainingWords.Phase(_status)}; {_status.EnvSteps} steps, {_status.Episodes} episodes, success " +
            $"{TrainingWords.Percent(_status.SuccessRate)}, " +
        $"interventions {TrainingWords.Percent(_status.InterventionFraction)} of steps, cycle {TrainingWords.Seconds(_status.CycleTimeS)}, " +
        $"{_status.LearnerSteps} updates, critic loss {TrainingWords.Figure(_status.CriticLoss)}, entropy {TrainingWords.Figure(_status.Entropy)}"));

    private Rows Table()
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        void Row(string name, string text) => grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(text));
        Row("phase", TrainingWords.Phase(_status));
        Row("elapsed", TrainingWords.Clock(_status.ElapsedS) + (_status.EarlierS >= 1 ? $", and {TrainingWords.Clock(_status.EarlierS)} in earlier sessions"
            : ""));
        Row("success", double.IsNaN(_status.SuccessRate) ? "no episode yet"
            : $"{TrainingWords.Percent(_status.SuccessRate)} of the newest episodes, without help");
        Row("", TrainingWords.Sparkline(_status.SuccessHistory, console.Profile.Width - 16));
        Row("episodes", $"{_status.Episodes}, cycle {TrainingWords.Seconds(_status.CycleTimeS)}, {TrainingWords.Percent(_status.InterventionFraction)} of " +
            $"the steps by hand");
        Row("learner", $"{_status.LearnerSteps:N0} updates, critic loss {TrainingWords.Figure(_status.CriticLoss)}, entropy " +
            $"{TrainingWords.Figure(_status.Entropy)}");
        if (_status.LastEpisode.Length > 0) Row("last", _status.LastEpisode);
        List<IRenderable> rows = [new Rule("[bold]RobotRL[/]") { Justification = Justify.Left }, grid];
        rows.AddRange(_notices.Select(notice => new Text(notice, new Style(Color.Yellow))));
        if (hands is not null) rows.AddRange([new Text(TrainingWords.Episode(_status.Episode), new Style(Color.Green)), new Text(hands())]);
        rows.Add(new Markup("[grey]Ctrl+C saves and stops; the same command goes on.[/]"));
        return new Rows(rows);
    }
}

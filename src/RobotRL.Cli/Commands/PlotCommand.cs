using System.CommandLine;
using RobotRL.Lab.Pictures;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl plot</c>: training curves of one or more runs, also while they go on.</summary>
internal static class PlotCommand
{
    public static Command Create()
    {
        Argument<string[]> runs = new("runs") { Description = "Folders of training runs", Arity = ArgumentArity.OneOrMore };
        var output = PictureFile.Option();
        Option<bool> band = new("--band") { Description = "One line, mean with range, for the runs of one parent folder: the seeds of an experiment" };
        return new Command("plot", "Draw training curves") { runs, output, band }.Does((parse, _) =>
        {
            var path = PictureFile.Check(parse.GetRequiredValue(output));
            var opened = parse.GetRequiredValue(runs).Select(RunDirectory.Open).ToArray();
            var groups = opened.GroupBy(run => parse.GetValue(band) ? Path.GetDirectoryName(run.Path)! : run.Path)
                .Select(group => new CurveGroup(Path.GetFileName(group.Key), [.. group.Select(EpisodeCurve.Of)])).ToArray();
            TrainingCurves.Save(groups, path);
            var names = string.Join(", ", groups.Select(g => g.Name));
            CommandLine.Answers(parse).WriteLine($"{path}: means over the newest {EpisodeCurve.Window} online episodes of {names}");
            CommandLine.Result(parse, new { Picture = path, Runs = opened.Length });
            return ExitCode.Done;
        });
    }
}

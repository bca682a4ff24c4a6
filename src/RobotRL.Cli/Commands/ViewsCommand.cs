using System.CommandLine;
using RobotRL.Cells;
using RobotRL.Lab.Pictures;
using RobotRL.Model;
using RobotRL.Sessions.Acting;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;
using RobotRL.Tasks;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl views</c>: what a task's cameras show, and what of it the policy sees, at start, midway and end of a scripted demonstration.</summary>
internal static class ViewsCommand
{
    public static Command Create()
    {
        var config = SharedOptions.Config();
        var output = PictureFile.Option();
        var seed = SharedOptions.Seed(1);
        return new Command("views", "Draw what the cameras show and what the policy sees") { config, output, seed }.Does((parse, cancel) =>
        {
            var path = PictureFile.Check(parse.GetRequiredValue(output));
            var configuration = SharedOptions.Load(parse.GetRequiredValue(config));
            if (configuration.Task.Cameras.Count == 0)
                throw new BadInputException($"{parse.GetRequiredValue(config)}: task.cameras is empty, so there is nothing to show");
            using var cell = new SimulatedCell(configuration, Pace.Lockstep);
            var album = new Album(cell);
            using var runner = new EpisodeRunner(cell, new ScriptedOperator(configuration.Task, configuration.Operator, parse.GetValue(seed)));
            Transition? last = null;
            var summary = runner.Run(EpisodeKind.Demonstration, parse.GetValue(seed), album, transition => last = transition, cancel);
            if (summary.Outcome == EpisodeOutcome.Interrupted) return ExitCode.Done;
            album.Decide(last!.Next);
            CameraSheet.Save(configuration.Task.Cameras, [album.Views[0], album.Views[album.Views.Count / 2], album.Views[^1]], path,
                new(configuration.Robot.Limits.Workspace, []));
            CommandLine.Answers(parse).WriteLine($"{path}: a demonstration of {summary.Steps} steps, {summary.Outcome}");
            CommandLine.Result(parse, new { Picture = path, Outcome = summary.Outcome.ToString(), summary.Steps });
            return ExitCode.Done;
        });
    }

    /// <summary>Takes pictures where a policy would decide.</summary>
    private sealed class Album(SimulatedCell cell) : IDecider
    {
        public List<CameraView> Views { get; } = [];
        public long Version => -1;

        public PolicyAction Decide(Observation observation)
        {
            var task = cell.Configuration.Task;
            // Of two arms nobody says which one a camera means.
            Pose? flange = cell.Arms.Count > 1 ? null : cell.Arms[0].Session.Latest.EndEffector.PoseInBase * task.EndEffectorInFlange.Inverse;
            Views.Add(new(observation.Time, [.. task.Cameras.Select(Raw)], observation.Images) { FlangeInBase = flange });
            return default;
        }

        private CameraFrame Raw(CameraDescription camera)
        {
            CameraFrame frame = new(camera.Width, camera.Height, _ => { });
            cell.Photograph(camera, frame);
            return frame;
        }
    }
}

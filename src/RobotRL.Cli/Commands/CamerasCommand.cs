using System.CommandLine;
using RobotRL.Lab.Cameras;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl cameras list|view|record</c>: real cameras, without a robot.</summary>
internal static class CamerasCommand
{
    private static readonly Argument<string> Source =
        new("source") { Description = "A configuration with real cameras, a video file, or a device's path or index" };

    private static readonly Option<string?> Camera = new("--camera") { Description = "One camera of the configuration, by its name" };

    public static Command Create() => new("cameras", "Find, look at and record real cameras") { List(), View(), Record() };

    private static Command List() => new Command("list", "Devices and what they can give").Does((parse, _) =>
    {
        var list = CameraList.Now();
        CommandLine.Answers(parse).WriteLine(list.Text);
        CommandLine.Result(parse, list);
        return ExitCode.Done;
    });

    private static Command View()
    {
        var (output, seconds) = (PictureFile.Option(), Seconds(2));
        return new Command("view", "A picture of what each camera sees now, with crop, rate, age, sharpness and brightness") { Source, Camera, output, seconds }
            .Does((parse, cancel) =>
            {
                var path = PictureFile.Check(parse.GetRequiredValue(output));
                var figures = CameraLook.Save(Named(parse), parse.GetValue(seconds), path, cancel);
                foreach (var camera in figures) CommandLine.Answers(parse).WriteLine(camera.Text);
                CommandLine.Result(parse, new { Picture = path, Cameras = figures });
                return ExitCode.Done;
            });
    }

    private static Command Record()
    {
        Option<string> output = new("--out") { Description = "A new file that ends in .mcap, or a new folder for PNG files", Required = true };
        var seconds = Seconds(10);
        Command command = new("record", "Record one camera's whole frames; Ctrl+C ends it early and whole") { Source, Camera, output, seconds };
        return command.Does((parse, cancel) =>
        {
            var take = CameraTake.Record(Named(parse), parse.GetRequiredValue(output), parse.GetValue(seconds), Console.Error.WriteLine, cancel);
            CommandLine.Answers(parse).WriteLine($"{take.Out}: {take.Frames} frames of {take.Seconds} s");
            if (take.Failure is not null) Console.Error.WriteLine(take.Failure);
            CommandLine.Result(parse, take);
            return take.Failure is null ? ExitCode.Done : ExitCode.Fault;
        });
    }

    private static Option<double> Seconds(double standard) => new Option<double>("--seconds") { Description = "How long" }.Or(standard)
        .Where(s => s is > 0 and <= 86_400, "write a number of seconds above 0 and up to 86400");

    private static NamedCameras Named(ParseResult parse) =>
        NamedCameras.Of(parse.GetRequiredValue(Source), path => SharedOptions.Load(path), parse.GetValue(Camera));
}

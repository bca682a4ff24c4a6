using System.CommandLine;
using RobotRL.Calibration.Boards;
using RobotRL.Calibration.HandEye;
using RobotRL.Calibration.Results;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl calibrate intrinsics|handeye|check</c>: what a camera's pixels mean, where it is, and whether it still is there.</summary>
internal static class CalibrateCommand
{
    private static readonly Argument<string> Source = new("source") { Description = "Folder of images (handeye: with poses.csv), one image, or an MCAP file" };
    private static readonly Option<string> Board = new("--board")
    {
        Description = "chessboard:COLUMNSxROWS:EDGE in inner corners and m, or charuco:COLUMNSxROWS:EDGE:MARKER[:DICTIONARY[:legacy]] in squares and m",
        Required = true,
    };
    private static readonly Option<string?> ImageTopic = new("--image-topic") { Description = "Topic of the images in an MCAP file that has several" };
    private static readonly Option<string?> PoseTopic = new("--pose-topic") { Description = "Topic of the flange's poses, likewise" };
    private static readonly Option<string?> Reference = new("--reference") { Description = "Image for later checks; the last one when left out" };
    private static readonly Option<string?> Cell = new("--cell") { Description = "Name of the cell; with --camera the result is written" };
    private static readonly Option<string?> Camera = new("--camera") { Description = "Name of the camera" };
    private static readonly Option<string> Author = new Option<string>("--author") { Description = "Who makes it" }.Or(Environment.UserName);
    private static readonly Option<string> Out = new Option<string>("--out") { Description = "Folder of all results" }.Or("calibration");

    public static Command Create()
    {
        Option<string> setup = new("--setup") { Description = "eye-in-hand: the arm carries the camera; eye-to-hand: it stands by", Required = true };
        setup.AcceptOnlyFromAmong("eye-in-hand", "eye-to-hand");
        Option<string?> intrinsics = new("--intrinsics") { Description = "Result file with the camera's intrinsics; found in the same images when left out" };
        Option<string> against = new("--against") { Description = "Result file", Required = true };
        var bound = new Option<double>("--bound-px") { Description = "Mean distance of corners from which on the camera counts as moved" }.Or(1.0)
            .Where(px => px is > 0 and <= 1000, "write a number of pixels above 0");
        return new Command("calibrate", "Find what a camera's pixels mean and where it is, from images of a board")
        {
            new Command("intrinsics", "Focal length, principal point and distortion") { Source, Board, Cell, Camera, Author, Out, Reference, ImageTopic }
                .Does((parse, cancel) =>
                {
                    var found = Job(parse).Intrinsics(cancel);
                    return Answer(parse, found.Text(), found, found.File, found.Verdict);
                }),
            new Command("handeye", "Pose of the camera on the flange or in the base")
            {
                Source, setup, Board, intrinsics, Cell, Camera, Author, Out, Reference, ImageTopic, PoseTopic,
            }.Does((parse, cancel) =>
            {
                var parent = parse.GetRequiredValue(setup) == "eye-in-hand" ? CameraParent.Flange : CameraParent.Base;
                var known = parse.GetValue(intrinsics) is { } file ? new KnownIntrinsics(CalibrationFile.Load(file).Intrinsics, file) : null;
                var found = Job(parse).HandEye(parent, known, cancel);
                return Answer(parse, found.Text(), found, found.File, found.Verdict);
            }),
            new Command("check", "Whether a camera moved since its calibration; exit code 1 if so") { Source, against, Board, bound }.Does((parse, cancel) =>
            {
                var job = new CalibrationJob { Source = new(parse.GetRequiredValue(Source)), Board = BoardOf(parse) };
                var drift = job.Check(CalibrationFile.Load(parse.GetRequiredValue(against)), parse.GetValue(bound), cancel);
                CommandLine.Answers(parse).Write(drift.Text());
                CommandLine.Result(parse, drift);
                return drift.IsMoved ? ExitCode.DoesNotHold : ExitCode.Done;
            }),
        };
    }

    private static CalibrationJob Job(ParseResult parse)
    {
        var (cell, camera) = (parse.GetValue(Cell), parse.GetValue(Camera));
        if (cell is null != camera is null) throw new BadInputException($"--cell and --camera go together; give {(cell is null ? "--cell" : "--camera")} too");
        var handEye = parse.CommandResult.Command.Options.Contains(PoseTopic);
        return new()
        {
            Source = new(parse.GetRequiredValue(Source)) { ImageTopic = parse.GetValue(ImageTopic), PoseTopic = handEye ? parse.GetValue(PoseTopic) : null },
            Board = BoardOf(parse),
            Reference = parse.GetValue(Reference),
            Place = cell is null ? null : new(parse.GetRequiredValue(Out), cell, camera!, parse.GetRequiredValue(Author)),
        };
    }

    private static BoardDescription BoardOf(ParseResult parse) => BoardDescription.Parse(parse.GetRequiredValue(Board));

    private static int Answer<T>(ParseResult parse, string text, T result, string? file, string verdict)
    {
        var isPoor = verdict == "poor";
        var written = file is not null ? $"written to {file}\n" : isPoor && parse.GetValue(Cell) is not null ? "a poor result is not written\n" : "";
        CommandLine.Answers(parse).Write(text + written);
        CommandLine.Result(parse, result);
        return isPoor ? ExitCode.DoesNotHold : ExitCode.Done;
    }
}

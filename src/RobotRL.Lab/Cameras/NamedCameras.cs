using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Sensing.Sources;
using RobotRL.Sessions.Runs;

namespace RobotRL.Lab.Cameras;

/// <summary>The real cameras that a word of the command line means, and what else is known where it is a configuration.</summary>
/// <param name="Cameras">At least one.</param>
/// <param name="ImageMaxAgeNs">Oldest image that may be joined, ns.</param>
/// <param name="Workspace">Of the robot, in its base frame; null where there is none.</param>
public sealed record NamedCameras(IReadOnlyList<CameraDescription> Cameras, long ImageMaxAgeNs, Box? Workspace)
{
    /// <summary>Without a configuration nothing is joined.</summary>
    private const long AnyAgeNs = long.MaxValue;

    /// <param name="source">A configuration (.yaml), a video file, a device's path or its index.</param>
    /// <param name="load">Reads a configuration.</param>
    /// <param name="name">One camera of a configuration; null for all.</param>
    /// <exception cref="BadInputException">It is none of these, or has no such camera.</exception>
    public static NamedCameras Of(string source, Func<string, RunConfiguration> load, string? name)
    {
        if (!source.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) && !source.EndsWith(".yml", StringComparison.OrdinalIgnoreCase))
        {
            if (name is not null) throw new BadInputException($"--camera {name}: {source} is one camera; the option is for a configuration");
            try { return new([NamedSource.Describe(source)], AnyAgeNs, null); }
            catch (CameraRefusedException e) { throw new BadInputException(e.Message); }
        }
        var configuration = load(source);
        CameraDescription[] real = [.. configuration.Task.Cameras.Where(CellCameras.IsReal)];
        if (real.Length == 0)
            throw new BadInputException($"{source}: no entry of task.cameras has a source; robotrl views draws the cameras of the scene");
        if (name is not null && !real.Any(camera => camera.Name == name))
            throw new BadInputException($"--camera {name}: {source} has {string.Join(", ", real.Select(camera => camera.Name))}; name one of these");
        return new([.. real.Where(camera => name is null || camera.Name == name)], configuration.Task.ImageMaxAgeNs, configuration.Robot.Limits.Workspace);
    }
}

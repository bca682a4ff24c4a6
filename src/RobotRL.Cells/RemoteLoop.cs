using System.Diagnostics;
using RobotRL.Configuration;
using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Sessions.Processes;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cells;

/// <summary>
/// The control loop in its process, as the actor commands it. Starts a control process of its own, and ends it, unless it is given the channel of a running
/// one.
/// </summary>
internal sealed class RemoteLoop : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process? _child;
    private readonly RemoteControl[] _controls;
    private readonly TickMemory[] _ticks;

    /// <param name="configuration">The same as the control process enforces.</param>
    /// <param name="channel">Of a running control process; null to start one.</param>
    /// <param name="events">Where a control process that is started here records events; null for nowhere.</param>
    /// <param name="placement">Where it runs.</param>
    public RemoteLoop(RunConfiguration configuration, string? channel, string? events, Placement placement)
    {
        if (channel is null) (_child, _controls) = Started(configuration, events, placement);
        else _controls = Attached(configuration, channel, null);
        _ticks = [.. _controls.Select(control => TickMemory.Open(control.ChannelPath))];
    }

    /// <summary>What each arm's loop keeps of its ticks: to be recorded.</summary>
    public IReadOnlyList<ControlRing> Ticks => [.. _ticks.Select(ticks => ticks.Ring)];

    /// <summary>Each arm's, in the order of the cell.</summary>
    public IReadOnlyList<RemoteControl> Controls => _controls;

    public void Dispose()
    {
        if (_child is not null) _controls[0].RequestEnd();
        foreach (var control in _controls) control.Dispose();
        foreach (var ticks in _ticks) ticks.Dispose();
        if (_child is null) return;
        if (!_child.WaitForExit(Patience)) _child.Kill();
        _child.Dispose();
    }

    private static (Process, RemoteControl[]) Started(RunConfiguration configuration, string? events, Placement placement)
    {
        var channel = $"{Environment.ProcessId}-{Guid.NewGuid():N}"[..24];
        var file = Path.Combine(Path.GetTempPath(), $"robotrl-{channel}.yaml");
        File.WriteAllText(file, configuration.ResolvedYaml);
        string[] kept = events is null ? [] : ["--events", events];
        string[] named = configuration.Ros2 is { Source.Length: > 0 } ros2 ? ["--source", ros2.Source] : [];
        var child = ThisProgram.Start(
            ["control", file, "--channel", channel, "--owner", $"{Environment.ProcessId}", .. placement.ControlArguments(), .. kept, .. named],
            ThisProgram.ForTheLoop);
        try
        {
            return (child, Attached(configuration, channel, child));
        }
        catch
        {
            if (!child.HasExited) child.Kill();
            child.Dispose();
            throw;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Attaches to each arm's channel; waits for those that a process which was just started has yet to open.</summary>
    private static RemoteControl[] Attached(RunConfiguration configuration, string channel, Process? child)
    {
        var waited = Stopwatch.StartNew();
        List<RemoteControl> controls = [];
        while (controls.Count < configuration.Task.ArmCount)
        {
            try
            {
                controls.Add(RemoteControl.Attach(LoopMemory.NameOf(channel, configuration, controls.Count), configuration.Robot, configuration.Hash));
            }
            catch (ChannelRefusedException e) when (child is not null && e.Code == FaultCode.None && waited.Elapsed < Patience)
            {
                if (child.HasExited) throw new BadInputException("The control process did not start; its message is above");
                Thread.Sleep(20);
            }
        }
        return [.. controls];
    }
}

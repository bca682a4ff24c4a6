using RobotRL.Control;
using RobotRL.Model;
using RobotRL.Sensing;
using RobotRL.Sensing.Sources;
using RobotRL.Sessions.Runs;

namespace RobotRL.Cells;

/// <summary>Opens the cameras of a cell that are no cameras of the simulated scene. A source that another project implements has its case here.</summary>
public static class CellCameras
{
    public static bool IsReal(CameraDescription camera) => camera.Source is not null;

    /// <summary>On the thread that will capture.</summary>
    /// <param name="camera">With a source.</param>
    /// <param name="imageMaxAgeNs">Oldest image that may be joined, ns.</param>
    /// <param name="clock">From the machine's monotonic clock, ns, to the session's.</param>
    /// <exception cref="CameraRefusedException">It is not there, or not as described.</exception>
    public static ICamera Open(CameraDescription camera, long imageMaxAgeNs, Func<long, Stamp> clock) => RealCamera.Open(camera, imageMaxAgeNs, clock);

    /// <summary>Has what failed of the streams opened anew, in front of an arm that is held.</summary>
    /// <exception cref="SafeStopException">It fails still: the robot is stopped.</exception>
    internal static void Renew(RealtimeObservations streams, CellControl control, TimeSpan within)
    {
        try { streams.Renew(control.Latest.Time, () => control.Advance(1), within); }
        catch (SensorFaultException e)
        {
            control.Stop(e.Fault.Code);
            control.Advance(control.TicksPerDecision);
            throw new SafeStopException($"The robot was stopped: {e.Message}; mend the cause and run the same command: it resumes", control.Latest.Fault);
        }
    }

    /// <summary>
    /// A real camera keeps to the wall clock. Each is opened once and closed again, so that one that is amiss is told before anything is written or moves.
    /// </summary>
    /// <exception cref="BadInputException">A camera cannot be used.</exception>
    internal static void Require(TaskDescription task, Pace pace)
    {
        foreach (var camera in task.Cameras.Where(IsReal))
        {
            if (pace != Pace.Realtime)
                throw new BadInputException($"camera {camera.Name}: its source keeps to the wall clock, and this runs in virtual time; add --pace realtime "
                    + "(record: --operator live; to look at it: robotrl cameras view), or remove source from its entry in task.cameras");
            try { Open(camera, task.ImageMaxAgeNs, SessionClock.OfMachine).Dispose(); }
            catch (CameraRefusedException e) { throw new BadInputException(e.Message); }
        }
    }
}

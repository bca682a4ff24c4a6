using RobotRL.Cells;
using RobotRL.Configuration;
using RobotRL.Model;
using RobotRL.Sensing;
using RobotRL.Sessions.Runs;
using RobotRL.Sessions.Training;

namespace RobotRL.Lab.Faults;

/// <summary>
/// A recording of scripted demonstrations in real time, whose camera gets a fault in mid-episode. Everything but the camera is the program as it always runs.
/// </summary>
public static class CameraFaults
{
    /// <summary>On a busy machine an episode may end before the camera fails.</summary>
    private const int MostEpisodes = 10;

    /// <param name="configuration">The task.</param>
    /// <param name="folder">Of the run.</param>
    /// <param name="camera">Which camera.</param>
    /// <param name="fault">The fault that it gets.</param>
    /// <param name="afterSteps">After so many decisions of the first episode that has as many.</param>
    /// <exception cref="SafeStopException">The fault was found and the robot stopped.</exception>
    public static void Record(RunConfiguration configuration, string folder, string camera, CameraFault fault, int afterSteps)
    {
        Switch isFaulty = new(afterSteps);
        TrainingRoot.Record(new TrainingOrder
        {
            Configuration = configuration,
            Folder = folder,
            Identity = new(configuration.Hash, RunIdentity.CurrentCodeVersion, 1, nameof(OperatorKind.Scripted), Deterministic: false),
            Goal = new(EnvSteps: 0, UntilSuccess: 2, SuccessWindow: 1, HumanSteps: long.MaxValue, WallSeconds: double.PositiveInfinity),
            Operator = OperatorKind.Scripted,
            InCharge = OperatorInCharge.Driving(OperatorKind.Scripted, null, null),
            Pace = Pace.Realtime,
            Lens = (description, real) => description.Name == camera ? new FaultyCamera(real, fault, () => isFaulty.IsOn) : real,
            View = _ => isFaulty,
        }, episodes: MostEpisodes, CancellationToken.None);
    }

    /// <summary>Told of each step; turns the fault on.</summary>
    private sealed class Switch(int afterSteps) : ITrainingView
    {
        private int _steps;
        private double _timeS;
        private volatile bool _isOn;

        public bool IsOn => _isOn;

        public void While(Action body) => body();

        public void Tell(string line) { }

        public void Report(TrainingStatus status)
        {
            // A stop of another cause is no episode to fail in; whoever waits for it to be cleared is told of the same moment over and over.
            if (status.Episode is not { Stop: FaultCode.None, TimeS: var timeS }) (_steps, _timeS) = (0, 0);
            else if (timeS != _timeS) (_steps, _timeS) = (timeS > _timeS ? _steps + 1 : 0, timeS);
            _isOn |= _steps >= afterSteps;
        }
    }
}

using RobotRL.Model;

namespace RobotRL.Tasks;

/// <summary>How an episode begins, and what counts as success and as progress.</summary>
public interface ITask
{
    TaskDescription Description { get; }

    /// <summary>
    /// Starts an episode: arm at home and at rest, objects where the seed puts them. The start offset of the arm is a motion, commanded through the gate.
    /// </summary>
    void Reset(ulong seed);

    /// <summary>The geometry of this instant, whether the task is achieved, and how far it has come.</summary>
    void ReadTruth(ref CellTruth truth);
}

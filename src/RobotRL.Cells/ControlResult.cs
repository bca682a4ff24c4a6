using RobotRL.Model;

namespace RobotRL.Cells;

/// <summary>What a control process came to: timing of its loop, and how the robot was left.</summary>
public sealed record ControlResult(
    long Cycles, double P50Us, double P99Us, double P999Us, double MaxUs, long Misses, long AllocatedBytes,
    double WakeP50Us, double WakeP99Us, double WakeMaxUs,
    double LoopP50Us, double LoopP99Us, double LoopMaxUs, bool RealTimePriority, bool LockedMemory, bool BoundToCpu, string Gate, string Fault);

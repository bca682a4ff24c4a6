using RobotRL.Model;
using RobotRL.Safety;

namespace RobotRL.Lab.Faults;

/// <summary>A fault that the robot must answer, and how.</summary>
/// <param name="Name">The fault in words.</param>
/// <param name="Expected">The fault that must be latched; <see cref="FaultCode.None"/> where the robot must go on.</param>
/// <param name="MostMs">Longest robot time from the fault to the command that stops, ms.</param>
/// <param name="Provoke">Makes it happen on a robot in motion, and watches.</param>
public sealed record FaultCase(string Name, FaultCode Expected, double MostMs, Func<FaultSighting> Provoke)
{
    /// <summary>Whether other processes take part.</summary>
    public bool HasProcesses { get; init; }

    /// <summary>Another fault that may be latched first, where chance says which of two the loop meets. Its stop is of the same category.</summary>
    public FaultCode? OrFirst { get; init; }

    public FaultResult Run()
    {
        var seen = Provoke();
        var allowedMs = seen.AllowedMs ?? MostMs;
        int? expected = Expected == FaultCode.None ? null : (int)StopCategories.Of(Expected), category = seen.Fault.IsNone ? null : (int)seen.Fault.Category;
        var isAnswered = seen.IsAnswered && (Expected == FaultCode.None
            ? seen.Fault.IsNone
            : (seen.Fault.Code == Expected || seen.Fault.Code == OrFirst) && category == expected && seen.StandstillMs is not null);
        return new(
            Name: Name, StopCategory: category, ExpectedCategory: expected,
            TimeToStopMs: seen.StopMs, AllowedMs: Expected == FaultCode.None ? null : allowedMs,
            Fault: seen.Fault.Code.ToString(), ExpectedFault: Expected.ToString(),
            StandstillMs: seen.StandstillMs, Answer: seen.Answer, Answered: isAnswered, Passed: isAnswered && !(seen.StopMs > allowedMs));
    }
}

/// <summary>The observed effect of a fault.</summary>
/// <param name="Fault">The fault that was latched; none where the robot went on.</param>
/// <param name="StopMs">Robot time from the fault until the first command of the stop, ms.</param>
/// <param name="StandstillMs">Robot time from there until the robot was held or without power, ms; null where that was not reached.</param>
/// <param name="Answer">Any other answer to it, in words.</param>
/// <param name="IsAnswered">Whether that answer was right.</param>
/// <param name="AllowedMs">The time that is allowed here instead of the catalogue's.</param>
public sealed record FaultSighting(Fault Fault, double? StopMs, double? StandstillMs, string Answer = "", bool IsAnswered = true, double? AllowedMs = null);

/// <summary>A line of the table of faults. Stop categories as IEC 60204-1 numbers them, null for no stop.</summary>
/// <param name="Answered">Whether the fault was answered as it must be, whatever time that took.</param>
/// <param name="Passed">And in time.</param>
public sealed record FaultResult(
    string Name, int? StopCategory, int? ExpectedCategory, double? TimeToStopMs, double? AllowedMs, string Fault, string ExpectedFault,
    double? StandstillMs, string Answer, bool Answered, bool Passed);

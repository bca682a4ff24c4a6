namespace RobotRL.Lab.Diagnosis;

/// <summary>How a finding stands. Only <see cref="Missing"/> keeps the simulation from running.</summary>
public enum Standing { Good, Absent, Missing }

/// <summary>One thing that the machine has or lacks.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Standing">Whether it is there and whether the simulation needs it.</param>
/// <param name="Found">What was seen.</param>
/// <param name="Remedy">What to do when it is not good; what it is for, where nothing needs doing.</param>
public sealed record Finding(string Name, Standing Standing, string Found, string Remedy)
{
    public static Finding Good(string name, string found) => new(name, Standing.Good, found, "");

    /// <summary>Something that a real robot, a GPU or an operator's device would want.</summary>
    public static Finding Optional(string name, bool there, string found, string remedy) =>
        there ? Good(name, found) : new(name, Standing.Absent, found, remedy);

    /// <summary>Something without which no simulation runs.</summary>
    public static Finding Needed(string name, bool there, string found, string remedy) =>
        there ? Good(name, found) : new(name, Standing.Missing, found, remedy);
}

namespace RobotRL.Audit;

/// <summary>Who or what acted.</summary>
/// <param name="Operator">The person, or the scripted one, in charge; <c>none</c> without.</param>
/// <param name="Role">
/// The person's part: <c>operator</c>, <c>simulated-operator</c>, <c>supervisor</c>, <c>unattended</c>, <c>reviewer</c>, <c>approver</c>, or the site's
/// own word.
/// </param>
/// <param name="Process">Which part of the program, such as <c>train</c>.</param>
/// <param name="Account">The account of the machine that runs it.</param>
/// <param name="Host">The machine.</param>
/// <param name="Pid">The process.</param>
/// <param name="PolicyVersion">Which weights the policy has; −1 for none.</param>
public sealed record AuditActor(string Operator, string Role, string Process, string Account, string Host, int Pid, long PolicyVersion = -1)
{
    /// <summary>This process on this machine.</summary>
    public static AuditActor Here(string @operator, string role, string process) => new(
        Operator: @operator, Role: role, Process: process,
        Account: Environment.UserName, Host: Environment.MachineName, Pid: Environment.ProcessId);
}

using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads <c>audit</c>: how often evidence is signed and how long it is kept. Where, and with which key, is the account's to say.</summary>
internal static class AuditSection
{
    public static AuditParameters Read(Section s)
    {
        foreach (var own in new[] { "anchor", "anchor_command", "key" })
            s.Require(!s.Has(own), own, "no run says where it is vouched for; move it to "
                + $"{AuditSettings.StandardPath ?? "the account's robotrl/audit.yaml"} or ROBOTRL_AUDIT_{own.ToUpperInvariant()}");
        var headEveryS = s.Number("head_every_s", 1, 3600, "s");
        return s.Child("retention_days", r => new AuditParameters
        {
            HeadEveryS = headEveryS,
            InterventionsDays = r.Integer("interventions", 1, 36_500, "days"),
            SafetyDays = r.Integer("safety", 1, 36_500, "days"),
            OtherDays = r.Integer("other", 1, 36_500, "days"),
        });
    }
}

using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads <c>audit</c>: where evidence is kept and for how long.</summary>
internal static class AuditSection
{
    public static AuditParameters Read(Section s)
    {
        var (folder, command) = (s.Has("anchor") ? s.Folder("anchor", null, path => path) : null, s.Has("anchor_command") ? s.Text("anchor_command") : null);
        var headEveryS = s.Number("head_every_s", 1, 3600, "s");
        return s.Child("retention_days", r => new AuditParameters
        {
            AnchorFolder = folder,
            AnchorCommand = command,
            HeadEveryS = headEveryS,
            InterventionsDays = r.Integer("interventions", 1, 36_500, "days"),
            SafetyDays = r.Integer("safety", 1, 36_500, "days"),
            OtherDays = r.Integer("other", 1, 36_500, "days"),
        });
    }
}

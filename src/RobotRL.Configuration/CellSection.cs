using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads <c>cell</c>: the arms, where there is more than one.</summary>
internal static class CellSection
{
    /// <summary>Names that parts, columns and files can begin with.</summary>
    private static bool IsName(string name) =>
        name.Length is > 0 and <= 16 && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    public static (IReadOnlyList<ArmDescription> Arms, double DistanceM) Read(Section s)
    {
        var arms = s.Children("arms", arm => new ArmDescription(arm.Text("name"), arm.Child("base", TaskSection.ReadPose)));
        s.Require(arms.Count == PolicyAction.MostArms, "arms",
            $"a cell has {PolicyAction.MostArms} arms here, not {arms.Count}; for a cell with one arm leave the section 'cell' out");
        for (var i = 0; i < arms.Count; i++)
        {
            var (name, key) = (arms[i].Name, $"arms.{i}.name");
            s.Require(IsName(name), key, $"'{name}' cannot be a part's name; write up to 16 small letters and digits, a letter first");
            s.Require(!arms.Take(i).Any(a => a.Name == name), key, $"'{name}' is there twice; give each arm a name of its own");
        }
        return (arms, s.Number("arm_distance_m", 0.005, 0.5, "m"));
    }
}

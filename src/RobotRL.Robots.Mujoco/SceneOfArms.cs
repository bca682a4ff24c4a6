using System.Globalization;
using System.Xml.Linq;
using RobotRL.Model;
using RobotRL.Robots.Mujoco.Binding;

namespace RobotRL.Robots.Mujoco;

/// <summary>
/// Makes a scene with several arms of one that holds a single arm at the origin. The arm's body <c>link0</c>, with all that hangs on it, and the motors and
/// sensors of its parts are put there once for each arm, each part's name after the arm's name and an underscore; its joints and motors come before all others,
/// in the scene as in what is made of it. MuJoCo 2.2 cannot do this itself: its includes give no other names.
/// </summary>
internal static class SceneOfArms
{
    private const string Root = "link0";

    /// <summary>Where parts of an arm are referred to.</summary>
    private static readonly string[] Sections = ["contact", "equality", "tendon", "actuator", "sensor"];

    /// <summary>Attributes that name a part or refer to one.</summary>
    private static readonly HashSet<string> Names =
        ["name", "joint", "joint1", "joint2", "site", "body", "body1", "body2", "geom", "geom1", "geom2", "tendon", "objname", "target"];

    /// <exception cref="MujocoException">The scene is missing, not XML, or holds no arm.</exception>
    public static MujocoModel Load(string path, IReadOnlyList<ArmDescription> arms)
    {
        if (!File.Exists(path)) throw new MujocoException($"{path}: no such scene file");
        var composed = Path.Combine(Path.GetTempPath(), $"robotrl-{Guid.NewGuid():N}.xml");
        try
        {
            Compose(path, arms).Save(composed);
            return new(composed) { Path = path };
        }
        catch (MujocoException e)
        {
            throw new MujocoException(e.Message.Replace(composed, path, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(composed);
        }
    }

    private static XElement Compose(string path, IReadOnlyList<ArmDescription> arms)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var scene = XElement.Load(path);
        while (scene.Descendants("include").FirstOrDefault() is { } include)
            include.ReplaceWith(XElement.Load(Path.Combine(folder, (string)include.Attribute("file")!)).Elements());
        foreach (var compiler in scene.Elements("compiler"))
            foreach (var assets in (string[])["meshdir", "texturedir"])
                compiler.SetAttributeValue(assets, Path.GetFullPath((string?)compiler.Attribute(assets) ?? "", folder));

        var arm = scene.Descendants("body").FirstOrDefault(b => (string?)b.Attribute("name") == Root)
            ?? throw new MujocoException($"{path}: the scene has no body '{Root}', the first of an arm");
        var parts = arm.DescendantsAndSelf().Attributes("name").Select(a => a.Value).ToHashSet();
        var joints = arm.Descendants("joint").Count();
        var motors = 0;
        foreach (var section in Sections.SelectMany(name => scene.Elements(name)))
        {
            var own = section.Elements().Where(RefersToArm).ToList();
            if (section.Name == "actuator") motors += own.Count;
            own.Remove();
            section.AddFirst(arms.SelectMany(a => own.Select(part => Named(part, a.Name))));
        }
        foreach (var key in scene.Elements("keyframe").Elements("key"))
        {
            Repeat(key, "qpos", joints);
            Repeat(key, "qvel", joints);
            Repeat(key, "ctrl", motors);
        }
        arm.ReplaceWith(arms.Select(a => Placed(Named(arm, a.Name), a.BaseInCell)));
        return scene;

        bool RefersToArm(XElement e) => e.Attributes().Any(a => a.Name != "name" && Names.Contains(a.Name.LocalName) && parts.Contains(a.Value));

        XElement Named(XElement part, string name)
        {
            XElement copy = new(part);
            foreach (var attribute in copy.DescendantsAndSelf().Attributes().Where(a => Names.Contains(a.Name.LocalName)))
                if (attribute.Name == "name" || parts.Contains(attribute.Value)) attribute.Value = MujocoWorld.NameOf(name, attribute.Value);
            return copy;
        }

        void Repeat(XElement key, string attribute, int own)
        {
            if ((string?)key.Attribute(attribute) is not { } written) return;
            var words = written.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            key.SetAttributeValue(attribute, string.Join(' ', arms.SelectMany(_ => words.Take(own)).Concat(words.Skip(own))));
        }
    }

    private static XElement Placed(XElement arm, in Pose baseInCell)
    {
        var (p, q) = (baseInCell.Position, baseInCell.Orientation);
        arm.SetAttributeValue("pos", Text(p.X, p.Y, p.Z));
        arm.SetAttributeValue("quat", Text(q.W, q.X, q.Y, q.Z));
        return arm;
    }

    private static string Text(params ReadOnlySpan<double> values) =>
        string.Join(' ', values.ToArray().Select(v => v.ToString("R", CultureInfo.InvariantCulture)));
}

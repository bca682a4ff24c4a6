using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>What a configuration must know of an MJCF scene, without the simulator: its cameras and where its end effector sits.</summary>
internal sealed class SceneFile
{
    private static readonly string[] Assets = ["mesh", "texture", "hfield", "skin", "model", "flexcomp"];

    private readonly XElement _root;
    private readonly string _path;
    private readonly IReadOnlyList<string> _parts;

    private SceneFile(XElement root, string path, IReadOnlyList<string> parts) => (_root, _path, _parts) = (root, path, parts);

    /// <summary>The scene, what it includes and the meshes and pictures that it names, absolute; what is not there is not named.</summary>
    public IEnumerable<string> Files => _parts.Concat(
        from element in _root.Descendants()
        where Assets.Contains(element.Name.LocalName)
        from attribute in element.Attributes()
        where attribute.Name.LocalName.StartsWith("file", StringComparison.Ordinal)
        let file = Path.GetFullPath(Path.Combine(AssetFolder(element.Name.LocalName), attribute.Value), Path.GetDirectoryName(_path)!)
        where File.Exists(file)
        select file).Distinct();

    /// <summary>
    /// Names of its cameras once the arms are in it: one that an arm carries is there for each of several, after that arm's name and an underscore.
    /// </summary>
    public IReadOnlyList<string> CamerasWith(IReadOnlyList<ArmDescription> arms)
    {
        var carried = _root.Descendants("body").Where(b => (string?)b.Attribute("name") == "link0").Descendants("camera")
            .Attributes("name").Select(a => a.Value).ToHashSet();
        return [.. Named("camera").SelectMany(name => arms.Count == 0 || !carried.Contains(name) ? [name] : arms.Select(arm => $"{arm.Name}_{name}"))];
    }

    /// <summary>X of the site <c>ee</c> in the site <c>flange</c>; null where the scene writes it in a way that only the simulator reads.</summary>
    public Pose? EndEffectorInFlange
    {
        get
        {
            if (Site("ee") is not { } tip || Site("flange") is not { Parent: { } link } flange) return null;
            if (PoseOf(tip) is not { } pose || PoseOf(flange) is not { } mount) return null;
            for (var body = tip.Parent; body != link; body = body.Parent)
            {
                if (body is null || PoseOf(body) is not { } below) return null;
                pose = below * pose;
            }
            return mount.Inverse * pose;
        }
    }

    /// <summary>Reads the scene with its includes, which lie relative to the scene as in MuJoCo.</summary>
    /// <exception cref="InvalidDataException">Not XML, an include is missing, or something that it names is no plain file.</exception>
    public static SceneFile Read(string path)
    {
        List<string> parts = [];
        return new(Expand(path, Path.GetDirectoryName(path)!, new StringBuilder(), parts, []), path, parts);
    }

    /// <summary>SHA-256 over the scene and everything it includes.</summary>
    /// <exception cref="InvalidDataException">Not XML, an include is missing, or something that it names is no plain file.</exception>
    public static string ContentHash(string path)
    {
        var content = new StringBuilder();
        List<string> parts = [];
        SceneFile scene = new(Expand(path, Path.GetDirectoryName(path)!, content, parts, []), path, parts);
        // The simulator opens these itself, and would wait for a pipe.
        foreach (var asset in scene.Files) PlainFile.Require(asset);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToString())));
    }

    /// <param name="above">The files that led here.</param>
    private static XElement Expand(string path, string directory, StringBuilder content, List<string> parts, IReadOnlyList<string> above)
    {
        XElement root;
        try
        {
            var text = PlainFile.ReadAllText(path);
            content.Append(text);
            parts.Add(path);
            RequireShallow(text, path);
            root = XElement.Parse(text);
        }
        catch (XmlException e) { throw new InvalidDataException($"scene file '{path}' is not XML ({e.Message}); correct it"); }
        foreach (var include in root.Descendants("include").ToList())
        {
            var file = Path.GetFullPath((string?)include.Attribute("file") ?? "", directory);
            if (!File.Exists(file)) throw new InvalidDataException($"scene file '{path}' includes '{file}', which is not there; correct the include");
            if (file == path || above.Contains(file))
                throw new InvalidDataException($"scene file '{path}' includes '{file}', which led to it; break the circle");
            if (content.Length > PlainFile.MostTextBytes)
                throw new InvalidDataException($"scene file '{path}' and what is included are more than {PlainFile.MostTextBytes} characters; include less");
            include.ReplaceWith(Expand(file, directory, content, parts, [.. above, path]).Elements());
        }
        return root;
    }

    /// <summary>More levels than any scene has would be more than a stack has.</summary>
    private static void RequireShallow(string text, string path)
    {
        const int most = 256;
        using var reader = XmlReader.Create(new StringReader(text));
        while (reader.Read())
            if (reader.Depth > most) throw new InvalidDataException($"scene file '{path}' has more than {most} levels; correct it");
    }

    private string AssetFolder(string kind)
    {
        var compiler = _root.Descendants("compiler").ToList();
        string? Of(string name) => compiler.Select(c => (string?)c.Attribute(name)).LastOrDefault(v => v is not null);
        return Of(kind == "texture" ? "texturedir" : "meshdir") ?? Of("assetdir") ?? "";
    }

    private IEnumerable<string> Named(string element) => _root.Descendants(element).Attributes("name").Select(a => a.Value);

    private XElement? Site(string name) => _root.Descendants("site").FirstOrDefault(s => (string?)s.Attribute("name") == name);

    private static Pose? PoseOf(XElement element)
    {
        if (element.Attributes().Any(a => a.Name.LocalName is "euler" or "axisangle" or "xyaxes" or "zaxis")) return null;
        var position = Numbers(element, "pos", 3, [0, 0, 0]);
        var quaternion = Numbers(element, "quat", 4, [1, 0, 0, 0]);
        if (position is null || quaternion is null) return null;
        return new Pose(new(position[0], position[1], position[2]), new Rotation(quaternion[1], quaternion[2], quaternion[3], quaternion[0]).Normalized);
    }

    private static double[]? Numbers(XElement element, string attribute, int count, double[] otherwise)
    {
        if (element.Attribute(attribute) is not { } written) return otherwise;
        var words = written.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var values = new double[words.Length];
        for (var i = 0; i < words.Length; i++)
            if (!double.TryParse(words[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i])) return null;
        return values.Length == count ? values : null;
    }
}

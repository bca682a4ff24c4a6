using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace RobotRL.Wire.Generator;

/// <summary>A field of a message.</summary>
internal sealed class MessageField
{
    /// <param name="type">Primitive, or <c>Name</c> or <c>package/Name</c> of a message.</param>
    /// <param name="length">0: one value; above: an array of so many; −1: a sequence.</param>
    public MessageField(string type, int length, string name, string? value, string comment) =>
        (Type, Length, Name, Value, Comment) = (type, length, name, value, comment);

    public string Type { get; }
    public int Length { get; }
    public string Name { get; }

    /// <summary>Its default, as it stands in the text; null for none.</summary>
    public string? Value { get; }

    public string Comment { get; }
    public bool IsSequence => Length < 0;
    public bool IsArray => Length > 0;
}

/// <summary>A constant of a message.</summary>
internal sealed class MessageConstant
{
    public MessageConstant(string type, string name, string value, string comment) => (Type, Name, Value, Comment) = (type, name, value, comment);

    public string Type { get; }
    public string Name { get; }
    public string Value { get; }
    public string Comment { get; }
}

/// <summary>
/// One <c>.msg</c> file, or one half of a <c>.srv</c> file. Its package is the folder that holds it. Files in a folder beside the packages, such as
/// <c>iron/rmw_dds_common/Gid.msg</c>, are a variant: the same name on the wire with other fields.
/// </summary>
internal sealed class MessageFile
{
    private const string Root = "/msg/";

    private MessageFile(string variant, string package, string rosName, string text) =>
        (Variant, Package, RosName, Text) = (variant, package, rosName, text);

    public string Variant { get; }
    public string Package { get; }

    /// <summary>Of the class.</summary>
    public string Name => RosName.Replace("_", "");

    /// <summary>On the wire: for a half of a service <c>SetParameters_Request</c>.</summary>
    public string RosName { get; }

    /// <summary>Such as <c>std_msgs/msg/Bool</c>.</summary>
    public string TypeName => $"{Package}/{(RosName == Name ? "msg" : "srv")}/{RosName}";

    /// <summary>As it stands in the file.</summary>
    public string Text { get; }

    /// <summary>Of the message: the lines before its first field.</summary>
    public string Comment { get; private set; } = "";

    public List<MessageField> Fields { get; } = new();
    public List<MessageConstant> Constants { get; } = new();

    /// <summary>Identifies it among the files.</summary>
    public string Key => Variant + ":" + Package + "/" + Name;

    public string Namespace => "RobotRL.Wire." + (Variant.Length > 0 ? Pascal(Variant) + "." : "") + Pascal(Package);

    /// <summary>One message, or the two halves of a service.</summary>
    /// <exception cref="FormatException">A line is no field and no constant.</exception>
    public static IEnumerable<MessageFile> Parse(string path, string text)
    {
        path = path.Replace('\\', '/');
        var parts = path.Substring(path.LastIndexOf(Root, StringComparison.Ordinal) + Root.Length).Split('/');
        if (parts.Length is < 2 or > 3) throw new FormatException("expected msg/PACKAGE/Name.msg or msg/VARIANT/PACKAGE/Name.msg");
        var (variant, package) = (parts.Length == 3 ? parts[0] : "", parts[parts.Length - 2]);
        var name = parts[parts.Length - 1].Substring(0, parts[parts.Length - 1].LastIndexOf('.'));
        if (!path.EndsWith(".srv", StringComparison.Ordinal)) return new[] { Parse(variant, package, name, text) };
        var halves = text.Replace("\r", "").Split(new[] { "---\n" }, StringSplitOptions.None);
        if (halves.Length != 2) throw new FormatException("a line of three dashes parts request and answer");
        return new[] { Parse(variant, package, name + "_Request", halves[0]), Parse(variant, package, name + "_Response", halves[1]) };
    }

    public static string Pascal(string name) => string.Concat(
        name.Split('_').Where(part => part.Length > 0).Select(part => char.ToUpperInvariant(part[0]) + part.Substring(1)));

    private static MessageFile Parse(string variant, string package, string name, string text)
    {
        var file = new MessageFile(variant, package, name, text);
        var comments = new List<string>();
        var isFirst = true;
        foreach (var raw in text.Split('\n'))
        {
            var cut = raw.IndexOf('#');
            var comment = cut < 0 ? "" : raw.Substring(cut + 1).Trim();
            var line = (cut < 0 ? raw : raw.Substring(0, cut)).Trim();
            if (line.Length == 0)
            {
                if (comment.Length > 0) comments.Add(comment);
                else if (isFirst && comments.Count > 0)
                {
                    file.Comment = string.Join(" ", comments);
                    comments.Clear();
                }
                continue;
            }
            isFirst = false;
            if (comment.Length > 0) comments.Add(comment);
            file.Take(line, string.Join(" ", comments));
            comments.Clear();
        }
        return file;
    }

    private void Take(string line, string comment)
    {
        var space = line.IndexOfAny(new[] { ' ', '\t' });
        if (space < 0) throw new FormatException($"'{line}' is no field");
        var (type, rest) = (line.Substring(0, space), line.Substring(space).Trim());
        var equals = rest.IndexOf('=');
        if (equals > 0 && rest.Substring(0, equals).Trim().IndexOf(' ') < 0)
        {
            Constants.Add(new(type, rest.Substring(0, equals).Trim(), rest.Substring(equals + 1).Trim(), comment));
            return;
        }
        var end = rest.IndexOfAny(new[] { ' ', '\t' });
        var (name, value) = end < 0 ? (rest, null) : (rest.Substring(0, end), rest.Substring(end).Trim());
        var length = 0;
        if (type.EndsWith("]", StringComparison.Ordinal))
        {
            var open = type.LastIndexOf('[');
            var inside = type.Substring(open + 1, type.Length - open - 2);
            length = int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : -1;
            type = type.Substring(0, open);
        }
        var bound = type.IndexOf("<=", StringComparison.Ordinal);
        Fields.Add(new(bound < 0 ? type : type.Substring(0, bound), length, name, value, comment));
    }
}

namespace RobotRL.Configuration;

/// <summary>Puts a task file, its robot file and the command line's overrides on top of each other.</summary>
internal static class ConfigurationTree
{
    public static MapNode? Read(
        string path, IReadOnlyList<(string Key, string Value)> overrides, Diagnostics errors, string? cell = null, string? device = null)
    {
        if (YamlTree.ReadFile(path, errors) is not { } task) return null;
        if (cell is not null)
        {
            if (YamlTree.ReadFile(cell, errors) is not { } over) return null;
            task = task.With(over);
        }
        if (device is not null)
        {
            if (YamlTree.ReadFile(device, errors) is not { } over) return null;
            foreach (var (key, value) in over.Values)
                if (key != TeleopSection.Key) errors.Add(value.Origin, key, $"a device's file holds the section {TeleopSection.Key} alone; remove it");
            if (over.Values.GetValueOrDefault(TeleopSection.Key) is { } section) task.Values[TeleopSection.Key] = section;
            else errors.Add(over.Origin, TeleopSection.Key, "missing; a device's file holds this section");
        }
        foreach (var (key, value) in overrides)
        {
            if (key.Length == 0 || key.Split('.').Contains(""))
                errors.Add(new Origin(Environment.CurrentDirectory, 0, key), key, "not a dotted key; write for example learner.batch_size");
            else if (YamlTree.ReadOverride(key, value, errors) is { } node) Set(task, key, node, errors);
        }
        if (task.Values.GetValueOrDefault("robot") is not MapNode robot || !robot.Values.Remove("file", out var file)) return task;
        if (file is not ScalarNode { IsNull: false } name)
        {
            errors.Add(file.Origin, "robot.file", $"expected a path, found {file.Kind}; correct it");
            return null;
        }
        var robotPath = Path.GetFullPath(name.Text, name.Origin.Directory);
        if (!File.Exists(robotPath))
        {
            errors.Add(name.Origin, "robot.file", $"file '{robotPath}' not found; correct the path (relative to {name.Origin.Directory})");
            return null;
        }
        if (YamlTree.ReadFile(robotPath, errors) is not { } below) return null;
        task.Values["robot"] = below.With(robot);
        return task;
    }

    /// <summary>Puts a value at a dotted key, making the sections on the way: a misspelt one is then refused as unknown when read.</summary>
    private static void Set(MapNode root, string key, ConfigurationNode value, Diagnostics errors)
    {
        var parts = key.Split('.');
        ConfigurationNode at = root;
        for (var i = 0; i < parts.Length; i++)
        {
            var last = i == parts.Length - 1;
            switch (at)
            {
                case ListNode list when int.TryParse(parts[i], out var index) && index >= 0 && index < list.Items.Count:
                    if (last) list.Items[index] = value;
                    else at = list.Items[index];
                    break;
                case MapNode map:
                    if (last) map.Values[parts[i]] = value;
                    else if (map.Values.TryGetValue(parts[i], out var next)) at = next;
                    else map.Values[parts[i]] = at = new MapNode(value.Origin, []);
                    break;
                default:
                    errors.Add(value.Origin, key, $"'{string.Join('.', parts[..i])}' has no '{parts[i]}'; correct the key");
                    return;
            }
        }
    }
}

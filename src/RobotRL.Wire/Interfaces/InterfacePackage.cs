using RobotRL.Wire.RobotrlMsgs;

namespace RobotRL.Wire.Interfaces;

/// <summary>The ROS 2 package of RobotRL's own messages, as <c>colcon build</c> takes it: for nodes in other languages, and for tools that show them.</summary>
public static class InterfacePackage
{
    private const string Name = "robotrl_msgs", Version = "0.1.0";

    private static readonly (string Type, string Definition)[] Messages =
    [
        (GateDecision.TypeName, GateDecision.Definition), (ImpedanceTarget.TypeName, ImpedanceTarget.Definition),
        (Intervention.TypeName, Intervention.Definition),
    ];

    private static readonly string[] Uses = ["geometry_msgs", "std_msgs"];

    /// <summary>Writes the package into a folder of its own below one that is given.</summary>
    /// <returns>That folder.</returns>
    /// <exception cref="IOException">It is there already, or cannot be written.</exception>
    public static string Write(string below)
    {
        var package = Path.Combine(below, Name);
        if (Path.Exists(package)) throw new InvalidDataException($"{package}: is there already; choose another folder");
        Directory.CreateDirectory(Path.Combine(package, "msg"));
        string FileOf(string type) => $"msg/{type.Split('/')[^1]}.msg";
        foreach (var (type, definition) in Messages) File.WriteAllText(Path.Combine(package, FileOf(type)), Own(definition));
        File.WriteAllText(Path.Combine(package, "package.xml"), $"""
            <?xml version="1.0"?>
            <package format="3">
              <name>{Name}</name>
              <version>{Version}</version>
              <description>Messages of RobotRL: what its gate decides, the targets of impedance controllers, and what an operator asks for.</description>
              <maintainer email="maintainer@example.org">RobotRL</maintainer>
              <license>Proprietary</license>
              <buildtool_depend>ament_cmake</buildtool_depend>
              <buildtool_depend>rosidl_default_generators</buildtool_depend>
            {string.Concat(Uses.Select(use => $"  <depend>{use}</depend>\n"))}  <exec_depend>rosidl_default_runtime</exec_depend>
              <member_of_group>rosidl_interface_packages</member_of_group>
              <export><build_type>ament_cmake</build_type></export>
            </package>

            """);
        File.WriteAllText(Path.Combine(package, "CMakeLists.txt"), $$"""
            cmake_minimum_required(VERSION 3.8)
            project({{Name}})
            find_package(ament_cmake REQUIRED)
            find_package(rosidl_default_generators REQUIRED)
            {{string.Concat(Uses.Select(use => $"find_package({use} REQUIRED)\n"))}}rosidl_generate_interfaces(${PROJECT_NAME}
              {{string.Join("\n  ", Messages.Select(message => $"\"{FileOf(message.Type)}\""))}}
              DEPENDENCIES {{string.Join(' ', Uses)}})
            ament_package()

            """);
        return package;
    }

    /// <summary>The message's own part of its definition, without the types that it uses.</summary>
    private static string Own(string definition) =>
        definition.IndexOf("\n==", StringComparison.Ordinal) is >= 0 and var end ? definition[..(end + 1)] : definition;
}

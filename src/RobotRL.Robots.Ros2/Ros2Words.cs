using RobotRL.Model;

namespace RobotRL.Robots.Ros2;

/// <summary>Messages about what is configured, in the words of the configuration.</summary>
public static class Ros2Words
{
    /// <summary>With the file and the key that it is about, as errors of a configuration begin.</summary>
    public static string At(Ros2Parameters ros2, string key, string what) => ros2.Source.Length == 0 ? $"{key}: {what}" : $"{ros2.Source}: {key}: {what}";
}

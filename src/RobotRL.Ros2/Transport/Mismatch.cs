namespace RobotRL.Ros2.Transport;

/// <summary>Tells why ends of a topic do not meet.</summary>
internal static class Mismatch
{
    /// <summary>One line for each of our ends that does not meet another one, with the names of both.</summary>
    public static IReadOnlyList<string> Among(IReadOnlyList<RemoteEnd> ends)
    {
        IEnumerable<RemoteEnd> OthersOf(RemoteEnd own) => ends.Where(other => !other.IsOwn && other.Topic == own.Topic && other.IsWriter != own.IsWriter);
        return [.. ends.Where(end => end.IsOwn).SelectMany(own => OthersOf(own).Select(other => Between(own, other))).OfType<string>().Distinct()];
    }

    private static string? Between(RemoteEnd own, RemoteEnd other)
    {
        var (writer, reader) = own.IsWriter ? (own, other) : (other, own);
        var why = writer.TypeName != reader.TypeName ? "they differ in type" : Qos.Mismatch(writer.Qos, reader.Qos);
        return why is null ? null : $"{own.Topic}: {reader.Node} gets nothing from {writer.Node}: {why} "
            + $"(writer: {writer.TypeName}, {writer.Qos}; reader: {reader.TypeName}, {reader.Qos})";
    }
}

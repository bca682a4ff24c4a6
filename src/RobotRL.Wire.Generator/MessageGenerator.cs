using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace RobotRL.Wire.Generator;

/// <summary>Makes a class of each <c>.msg</c> file, and two of each <c>.srv</c> file, that the project lists as an additional file.</summary>
[Generator]
public sealed class MessageGenerator : IIncrementalGenerator
{
    private static readonly DiagnosticDescriptor Unreadable = new(
        "RRL0001", "A message definition is unreadable", "{0}: {1}", "Messages", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var texts = context.AdditionalTextsProvider
            .Where(file => file.Path.EndsWith(".msg", StringComparison.Ordinal) || file.Path.EndsWith(".srv", StringComparison.Ordinal))
            .Select((file, cancel) => (file.Path, Text: file.GetText(cancel)?.ToString() ?? ""));
        context.RegisterSourceOutput(texts.Collect(), Make);
    }

    private static void Make(SourceProductionContext context, ImmutableArray<(string Path, string Text)> texts)
    {
        var files = new Dictionary<string, MessageFile>(StringComparer.Ordinal);
        foreach (var (path, text) in texts)
            Try(path, () =>
            {
                foreach (var file in MessageFile.Parse(path, text)) files.Add(file.Key, file);
            });
        foreach (var file in files.Values)
            Try(file.Key, () => context.AddSource($"{file.Namespace}.{file.Name}.g.cs", MessageSource.Of(file, files)));

        void Try(string what, Action make)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            try { make(); }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                context.ReportDiagnostic(Diagnostic.Create(Unreadable, Location.None, what, e.Message));
            }
        }
    }
}

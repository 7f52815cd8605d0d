//! The words that stand for codes, in the languages of the reports.

use serde_json::Value;

/// A word in English, French and Japanese.
const WORDS: [[&str; 3]; 31] = [
    ["High", "Élevé", "高"],
    ["Medium", "Moyen", "中"],
    ["Low", "Faible", "低"],
    ["Not sensitive", "Non sensible", "機密ではない"],
    ["No risk", "Aucun risque", "リスクなし"],
    ["N/A", "N/D", "該当なし"],
    ["File", "Fichier", "ファイル"],
    ["Folder", "Dossier", "フォルダー"],
    ["Item", "Élément", "アイテム"],
    ["Site Collection", "Collection de sites", "サイト コレクション"],
    ["Site", "Site", "サイト"],
    ["List", "Liste", "リスト"],
    ["Library", "Bibliothèque", "ライブラリ"],
    ["Microsoft 365 Group", "Groupe Microsoft 365", "Microsoft 365 グループ"],
    ["Inheritance", "Héritage", "継承"],
    ["Unique", "Unique", "固有"],
    ["Yes", "Oui", "はい"],
    ["No", "Non", "いいえ"],
    ["Private", "Privé", "プライベート"],
    ["Public", "Public", "パブリック"],
    ["Edit", "Modification", "編集"],
    ["View", "Affichage", "表示"],
    ["Read", "Lecture", "閲覧"],
    ["Contribute", "Collaboration", "投稿"],
    ["Full Control", "Contrôle total", "フル コントロール"],
    ["User", "Utilisateur", "ユーザー"],
    ["SharePoint Group", "Groupe SharePoint", "SharePoint グループ"],
    ["Security Group", "Groupe de sécurité", "セキュリティ グループ"],
    ["Anyone links", "Liens pour tout le monde", "すべてのユーザーのリンク"],
    ["Organization links", "Liens pour l’organisation", "組織のリンク"],
    [
        "Links for Specific External Users",
        "Liens pour des externes",
        "特定の外部ユーザーのリンク",
    ],
];

/// The members whose values are such words, and not names or codes of a list.
const LABELLED: [&str; 13] = [
    "exposureLevel",
    "fileType",
    "inheritType",
    "inheritance",
    "linkType",
    "module",
    "objectType",
    "permission",
    "principalType",
    "privacy",
    "riskLevel",
    "sensitiveLevel",
    "sensitivityLevel",
];

/// Puts the words of a row into a language: `fr-FR`, `ja-JP`, or else English, in which they are.
pub(crate) fn translate(mut row: Value, language: &str) -> Value {
    let column = match language {
        "fr-FR" => 1,
        "ja-JP" => 2,
        _ => return row,
    };
    for name in LABELLED {
        if let Some(Value::String(text)) = row.get_mut(name)
            && let Some(word) = WORDS.iter().find(|word| word[0] == text.as_str())
        {
            word[column].clone_into(text);
        }
    }
    row
}
